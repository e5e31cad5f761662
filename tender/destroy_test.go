package tender_test

import (
	"strings"
	"testing"

	"probity/tender"
)

// TestAKeyIsDestroyed by its opener alone, on the record, once. Before bids are
// sealed for it another is needed; after, everything stays as it was sealed.
func TestAKeyIsDestroyed(t *testing.T) {
	w := newWorld(t).draft(plan())
	key := w.secret(openers[0].User).Public()
	destroy := func(name, code string, try func() (*tender.Tender, error)) {
		t.Helper()
		_, err := try()
		w.code(name, err, code)
	}
	first := func() (*tender.Tender, error) { return w.DestroyKey(t.Context(), w.ID, openers[0], key) }
	destroy("a key that was not given", "openers.other_key", first)
	w.submit().approve().give(everyOpener()...).agree(openers[0], openers[1])
	destroy("another's key", "openers.other_key", func() (*tender.Tender, error) { return w.DestroyKey(t.Context(), w.ID, openers[1], key) })
	destroy("no key", "openers.other_key", func() (*tender.Tender, error) { return w.DestroyKey(t.Context(), w.ID, openers[0], "") })
	destroy("by an officer", "actor.role", func() (*tender.Tender, error) { return w.DestroyKey(t.Context(), w.ID, officer, key) })
	destroy("before publication", "", first)
	destroy("again", "", first)
	if o := w.tender().Openers; o.Manifest != "" || o.Groups[0].Members[1].Signature != nil {
		t.Errorf("the manifest with a key that is no more stands: %+v", o)
	}
	_, err := w.Publish(t.Context(), w.ID, officer)
	w.code("published for a key that is no more", err, "openers.key_missing")

	w.secrets.Delete(openers[0].User)
	w.give(openers[0])
	if o := w.tender().Openers; o.Manifest == "" || !o.Groups[0].Members[0].Destroyed.IsZero() {
		t.Fatalf("with another key: %+v", o)
	}
	w.agree(everyOpener()...)
	_, err = w.Publish(t.Context(), w.ID, officer)
	w.ok(err)
	before := w.tender().Openers
	destroy("the key that was replaced", "openers.other_key", first)
	key = w.secret(openers[0].User).Public()
	destroy("in force", "", first)
	destroy("in force, again", "", first)
	after := w.tender().Openers
	if after.Manifest != before.Manifest || after.Groups[0].Members[0].Signature == nil || after.Groups[0].Members[0].Destroyed.IsZero() {
		t.Errorf("in force are %+v", after)
	}
	facts := w.facts("opener.destroy")
	if len(facts) != 2 || facts[1].By != openers[0].ID() || !strings.Contains(string(facts[1].Data), key) {
		t.Errorf("on the record is %+v", facts)
	}
}
