package tender_test

import (
	"strings"
	"testing"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// relief is a committee in which a spare opener stands in for the third.
func relief() []tender.OpenerGroup {
	return []tender.OpenerGroup{{Name: "committee", K: 2, Members: members(openers[0], openers[1], spare)}}
}

func TestReplacingOpeners(t *testing.T) {
	w := published(newWorld(t), plan())
	_, err := w.Reseal(t.Context(), w.ID, officer, "one is ill")
	w.code("before new ones are named", err, "tender.no_next_openers")
	for _, c := range []struct {
		name, code string
		by         party.Actor
		groups     []tender.OpenerGroup
	}{
		{"by an approver", "actor.role", approver, relief()},
		{"by another buyer", "actor.foreign", foreign, relief()},
		{"by nobody", "openers.groups", officer, nil},
		{"by too few", "openers.threshold", officer, []tender.OpenerGroup{{Name: "committee", K: 3, Members: members(spare)}}},
		{"by a threshold that no number holds", "openers.threshold", officer, []tender.OpenerGroup{{Name: "committee", K: 1 << 60, Members: members(spare)}}},
		{"by an evaluator", "duty.clash", officer, []tender.OpenerGroup{{Name: "committee", K: 1, Members: members(judge)}}},
		{"by the guardian, as one of the committee", "duty.clash", officer, []tender.OpenerGroup{{Name: "committee", K: 1, Members: members(guardian)}}},
		{"well", "", officer, relief()},
	} {
		_, err := w.ReplaceOpeners(t.Context(), w.ID, c.by, c.groups)
		w.code(c.name, err, c.code)
	}
	x := w.tender()
	before := x.Openers
	if x.Next == nil || !x.Has(spare.User, party.DutyOpen) || len(w.facts("tender.openers-named")) != 1 {
		t.Fatalf("the new openers are %+v", x.Next)
	}
	reseal := func(name, code, reason string) {
		t.Helper()
		_, err := w.Reseal(t.Context(), w.ID, officer, reason)
		w.code(name, err, code)
	}
	reseal("without keys", "openers.key_missing", "one is ill")
	_, err = w.GiveKey(t.Context(), w.ID, openers[2], w.secret(openers[2].User).Public())
	w.code("a key of the one who is ill", err, "openers.stranger")
	for _, a := range []party.Actor{openers[0], openers[1], spare} {
		w.secrets.Delete(a.User)
		w.give(a)
	}
	reseal("without signatures", "openers.signature_missing", "one is ill")
	w.agree(openers[0], openers[1])
	reseal("without the last signature", "openers.signature_missing", "one is ill")
	w.agree(spare)
	if now := w.tender().Openers; now.Manifest != before.Manifest || now.Hash != before.Hash {
		t.Error("the old openers are out of force before the new are in")
	}
	reseal("without a reason", "tender.no_reason", " ")
	reseal("well", "", "one is ill")
	x = w.tender()
	fact := w.facts("tender.openers")[0]
	if x.Next != nil || x.Openers.Manifest == before.Manifest || x.Revision != 2 || x.Openers.Fact != fact.ID || len(x.Openers.Extensions) != 0 {
		t.Errorf("in force are %+v", x.Openers)
	}
	for _, word := range []string{before.Hash, spare.User, "one is ill"} {
		if !strings.Contains(string(fact.Data), word) {
			t.Errorf("the fact does not say %s: %s", word, fact.Data)
		}
	}
	reseal("twice", "tender.no_next_openers", "one is ill")
	w.checkWindow()
}

// TestNobodyNamesAKeyForOthers: the officer who names new openers cannot bring
// keys and signatures along.
func TestNobodyNamesAKeyForOthers(t *testing.T) {
	w := published(newWorld(t), plan())
	mine, err := seal.GenerateOpenerKey()
	w.ok(err)
	g := relief()
	for i := range g[0].Members {
		g[0].Members[i].Key, g[0].Members[i].Signature = mine.Public(), &sign.Signature{Sig: []byte("x")}
	}
	_, err = w.ReplaceOpeners(t.Context(), w.ID, officer, g)
	w.ok(err)
	_, err = w.Reseal(t.Context(), w.ID, officer, "because")
	w.code("openers with forged keys", err, "openers.key_missing")
	if strings.Contains(string(w.facts("tender.openers-named")[0].Data), mine.Public()) {
		t.Error("the fact names the forged key")
	}
	if g[0].Members[0].Key != mine.Public() {
		t.Error("the caller's groups have changed")
	}
}

// TestNewOpenersForTheDeadlineThatStands: a deadline that moves while new
// openers sign takes their signatures back, since they signed for another.
func TestNewOpenersForTheDeadlineThatStands(t *testing.T) {
	w := published(newWorld(t), plan())
	_, err := w.ReplaceOpeners(t.Context(), w.ID, officer, relief())
	w.ok(err)
	_, err = w.Extend(t.Context(), w.ID, officer, deadline.Add(time.Hour), "no key is there yet")
	w.ok(err)
	w.give(openers[0], openers[1], spare).agree(openers[0], openers[1], spare)
	signed := w.tender().Next.Hash
	_, err = w.Extend(t.Context(), w.ID, officer, deadline.Add(24*time.Hour), "more time")
	w.ok(err)
	if next := w.tender().Next; next.Hash == signed || next.Hash == "" || next.Groups[0].Members[0].Signature != nil || next.Groups[0].Members[0].Key == "" {
		t.Errorf("after the extension: %+v", next)
	}
	_, err = w.Reseal(t.Context(), w.ID, officer, "one is ill")
	w.code("with signatures for the old deadline", err, "openers.signature_missing")
	w.agree(openers[0], openers[1], spare)
	_, err = w.Reseal(t.Context(), w.ID, officer, "one is ill")
	w.ok(err)
	w.checkWindow()
	_, err = w.Extend(t.Context(), w.ID, officer, deadline.Add(48*time.Hour), "and more")
	w.ok(err)
	w.checkWindow()
}

// TestOpenersWhoAreReplacedTooLate: the clock decides what is in force.
func TestOpenersWhoAreReplacedTooLate(t *testing.T) {
	w := published(newWorld(t), plan())
	_, err := w.ReplaceOpeners(t.Context(), w.ID, officer, relief())
	w.ok(err)
	w.give(openers[0], openers[1], spare).agree(openers[0], openers[1], spare)
	w.set(deadline)
	_, err = w.Reseal(t.Context(), w.ID, officer, "one is ill")
	w.code("at the deadline", err, "tender.deadline_passed")
	_, err = w.Tick(t.Context(), deadline)
	w.ok(err)
	_, err = w.Reseal(t.Context(), w.ID, officer, "one is ill")
	w.code("after it", err, "tender.phase")
	_, err = w.GiveKey(t.Context(), w.ID, spare, w.secret(spare.User).Public())
	w.code("a key after it", err, "tender.phase")
}

// checkWindow reads manifest and extensions as a bidder does, and compares with
// the notice.
func (w *world) checkWindow() {
	w.Helper()
	x := w.tender()
	m, err := seal.ParseManifest([]byte(x.Openers.Manifest))
	w.ok(err)
	var list []seal.Extension
	for _, raw := range x.Openers.Extensions {
		e, err := seal.ParseExtension([]byte(raw))
		w.ok(err)
		list = append(list, e)
	}
	d, opens, err := m.Window(list)
	w.ok(err)
	if !d.Equal(x.Notice.Timetable.Deadline) || !opens.Equal(x.Notice.Timetable.Opens) {
		w.Errorf("the manifest says %s and %s, the notice %s and %s", d, opens, x.Notice.Timetable.Deadline, x.Notice.Timetable.Opens)
	}
	all := w.facts("openers.extend")
	for i, id := range x.Openers.ExtensionFacts {
		if f := all[len(all)-len(list)+i]; f.ID != id {
			w.Errorf("the fact of extension %d is %s, not %s", i, f.ID, id)
		}
	}
}
