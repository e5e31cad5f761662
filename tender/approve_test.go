package tender_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/party"
	"probity/tender/sign"
)

func TestApproval(t *testing.T) {
	w := newWorld(t).draft(plan())
	_, err := w.Approve(t.Context(), w.ID, approver, w.sign(approver, sign.Approve, w.approval()))
	w.code("before it is submitted", err, "tender.phase")
	w.submit()
	record := w.approval()
	other := canon.Must(tender.ApprovalRecord{Kind: "approve", Notice: strings.Repeat("0", 64), Tender: w.ID})
	elsewhere := canon.Must(tender.ApprovalRecord{Kind: "approve", Notice: w.tender().Notice.Hash(), Tender: "ocds-test-2"})
	for _, c := range []struct {
		name, code string
		by         party.Actor
		sig        sign.Signature
	}{
		{"by the drafter in another role", "tender.same_person", officerApproves, w.sign(officer, sign.Approve, record)},
		{"by an officer", "actor.role", colleague, w.sign(colleague, sign.Approve, record)},
		{"by an evaluator in another role", "duty.clash", judgeApproves, w.sign(judge, sign.Approve, record)},
		{"by another buyer", "tender.missing", person("u-x", rival, party.KindBuyer, party.RoleApprover), w.sign(approver, sign.Approve, record)},
		{"without a signature", "sign.bad", approver, sign.Signature{}},
		{"with somebody else's signature", "sign.bad", approver, w.sign(outside, sign.Approve, record)},
		{"with a signature for something else", "sign.bad", approver, w.sign(approver, sign.Statement, record)},
		{"with a signature over another notice", "sign.bad", approver, w.sign(approver, sign.Approve, other)},
		{"with a signature over another tender", "sign.bad", approver, w.sign(approver, sign.Approve, elsewhere)},
	} {
		_, err := w.Approve(t.Context(), w.ID, c.by, c.sig)
		if c.code == "sign.bad" && err != nil && !strings.HasPrefix(codeOf(err), "sign") {
			t.Errorf("%s: %v", c.name, err)
		} else if c.code != "sign.bad" || err == nil {
			w.code(c.name, err, c.code)
		}
		if x := w.tender(); x.Phase != tender.Submitted || x.Approval != nil || x.Version != 2 {
			t.Fatalf("%s: it is %s in version %d", c.name, x.Phase, x.Version)
		}
	}
	w.approve()
	x := w.tender()
	if a := x.Approval; x.Phase != tender.Approved || a.By != approver.User || a.Name != approver.Name || a.Notice != x.Notice.Hash() || !x.Has(approver.User, party.DutyApprove) {
		t.Errorf("after the approval: %s, %+v", x.Phase, x.Approval)
	}
	var said struct {
		Notice    string         `json:"notice"`
		Signature sign.Signature `json:"signature"`
	}
	w.ok(json.Unmarshal(w.facts("tender.approve")[0].Data, &said))
	w.ok(sign.Verify(key(approver.User).Key(), sign.Approve, record, said.Signature))
	_, err = w.Approve(t.Context(), w.ID, outside, w.sign(outside, sign.Approve, record))
	w.code("a second time", err, "tender.phase")
}

// TestAnApprovalOfWhatWas: what was signed before an edit approves nothing.
func TestAnApprovalOfWhatWas(t *testing.T) {
	w := newWorld(t).draft(plan()).submit()
	old := w.sign(approver, sign.Approve, w.approval())
	_, err := w.Return(t.Context(), w.ID, approver, "wrong salt")
	w.ok(err)
	p := plan()
	p.Notice.Title = en("Other salt")
	_, err = w.Edit(t.Context(), w.ID, 0, officer, p)
	w.ok(err)
	w.submit()
	if _, err = w.Approve(t.Context(), w.ID, approver, old); !strings.HasPrefix(codeOf(err), "sign") {
		t.Errorf("the old signature: %v", err)
	}
	w.approve()
	_, err = w.Return(t.Context(), w.ID, approver, "wrong after all")
	w.ok(err)
	if x := w.tender(); x.Approval != nil || x.Phase != tender.Draft {
		t.Errorf("the returned notice is %s and approved by %v", x.Phase, x.Approval)
	}
}

// TestWhoElseMayApprove: an approver of the oversight stands in for a body that
// has none of its own, where the rule set knows that.
func TestWhoElseMayApprove(t *testing.T) {
	for set, code := range map[string]string{"generic": "", "wto-gpa": "", "cn-gpl": "tender.outside_approver"} {
		w := newWorld(t)
		p := planFor(set)
		w.draft(p).submit()
		_, err := w.Approve(t.Context(), w.ID, outside, w.sign(outside, sign.Approve, w.approval()))
		w.code(set, err, code)
	}
}

// TestTheManifest is drawn when the notice is frozen and the last key has come,
// whichever is later, and forgotten with what it stands for.
func TestTheManifest(t *testing.T) {
	w := newWorld(t).draft(plan())
	if _, err := w.GiveKey(t.Context(), w.ID, spare, w.secret(spare.User).Public()); codeOf(err) != "openers.stranger" {
		t.Errorf("a key of a stranger: %v", err)
	}
	w.give(openers[0]) // while it is a draft
	w.submit().give(openers[1], guardian)
	if m := w.tender().Openers.Manifest; m != "" {
		t.Errorf("there is a manifest over a notice that is not frozen: %s", m)
	}
	w.approve()
	_, err := w.ConsentRecord(t.Context(), w.ID, openers[0])
	w.code("asked for a consent to nothing", err, "openers.no_manifest")
	_, err = w.SignManifest(t.Context(), w.ID, openers[0], sign.Signature{})
	w.code("signed nothing", err, "openers.no_manifest")
	w.give(openers[2])
	o := w.tender().Openers
	sum := canon.Hash("openers", []byte(o.Manifest))
	if o.Manifest == "" || o.Hash != hexOf(sum[:]) {
		t.Fatalf("the manifest is %q of hash %s", o.Manifest, o.Hash)
	}
	for _, a := range everyOpener() {
		if !strings.Contains(o.Manifest, w.secret(a.User).Public()) {
			t.Errorf("the manifest has not the key of %s", a.User)
		}
	}
	w.agree(openers[0], guardian)

	_, err = w.Return(t.Context(), w.ID, approver, "once more")
	w.ok(err)
	o = w.tender().Openers
	if o.Manifest != "" || o.Hash != "" || o.Groups[0].Members[0].Signature != nil || o.Groups[0].Members[0].Key == "" {
		t.Errorf("after the return: %+v", o)
	}
	_, err = w.Edit(t.Context(), w.ID, 0, officer, plan())
	w.ok(err)
	w.submit().approve()
	if again := w.tender().Openers; again.Manifest == "" || again.Groups[0].Members[0].Signature != nil {
		t.Errorf("the keys were there, so the manifest is drawn with the approval: %+v", again)
	}
}

// TestManifestsAreSignedByTheirOpeners, each for itself.
func TestManifestsAreSignedByTheirOpeners(t *testing.T) {
	w := newWorld(t).draft(plan()).submit().approve().give(everyOpener()...)
	record, err := w.ConsentRecord(t.Context(), w.ID, openers[0])
	w.ok(err)
	second, err := w.ConsentRecord(t.Context(), w.ID, openers[1])
	w.ok(err)
	_, err = w.ConsentRecord(t.Context(), w.ID, spare)
	w.code("the record of a stranger", err, "openers.stranger")
	for _, c := range []struct {
		name, code string
		by         party.Actor
		sig        sign.Signature
	}{
		{"by nobody who is named", "openers.stranger", spare, w.sign(spare, sign.Manifest, record)},
		{"by an officer", "actor.role", officer, w.sign(officer, sign.Manifest, record)},
		{"with another's signature", "sign", openers[0], w.sign(openers[1], sign.Manifest, record)},
		{"over another's consent", "sign", openers[0], w.sign(openers[0], sign.Manifest, second)},
		{"for something else", "sign", openers[0], w.sign(openers[0], sign.Approve, record)},
		{"well", "", openers[0], w.sign(openers[0], sign.Manifest, record)},
	} {
		_, err := w.SignManifest(t.Context(), w.ID, c.by, c.sig)
		if c.code == "sign" && strings.HasPrefix(codeOf(err), "sign") {
			continue
		}
		w.code(c.name, err, c.code)
	}
	w.secrets.Delete(openers[1].User)
	w.give(openers[1]) // a new key
	if o := w.tender().Openers; o.Groups[0].Members[0].Signature != nil {
		t.Error("another opener's new key leaves the signatures over the old manifest")
	}
	if _, err := w.SignManifest(t.Context(), w.ID, openers[0], w.sign(openers[0], sign.Manifest, record)); !strings.HasPrefix(codeOf(err), "sign") {
		t.Errorf("the signature over the old manifest: %v", err)
	}
}

// TestKeysThatMustNotBeUsed are refused when they are given, not when the last
// of all has come.
func TestKeysThatMustNotBeUsed(t *testing.T) {
	w := newWorld(t).draft(plan())
	w.give(openers[0])
	for name, key := range map[string]string{
		"no key":                "",
		"a word":                "secret",
		"a secret key":          w.secret(openers[1].User).Secret(),
		"a key in capitals":     strings.ToUpper(w.secret(openers[1].User).Public()),
		"a key that is cut off": w.secret(openers[1].User).Public()[:100],
		"the key of another":    w.secret(openers[0].User).Public(),
		"a classical key":       "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
		"a book":                strings.Repeat("x", 1<<20),
	} {
		if _, err := w.GiveKey(t.Context(), w.ID, openers[1], key); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if k := w.tender().Openers.Groups[0].Members[1].Key; k != "" {
		t.Errorf("there is a key: %.20s", k)
	}
}

// TestPublishingWaitsForAll keys and signatures.
func TestPublishingWaitsForAll(t *testing.T) {
	w := newWorld(t).draft(plan())
	publish := func(name, code string) {
		t.Helper()
		_, err := w.Publish(t.Context(), w.ID, officer)
		w.code(name, err, code)
	}
	publish("a draft", "tender.phase")
	w.submit()
	publish("what nobody has approved", "tender.phase")
	w.approve()
	publish("without keys", "openers.key_missing")
	w.give(openers...)
	publish("without the guardian's key, and signatures", "openers.signature_missing")
	w.give(guardian)
	publish("without signatures", "openers.signature_missing")
	w.agree(openers...)
	publish("without the guardian's signature", "openers.signature_missing")
	w.agree(guardian)
	_, err := w.Publish(t.Context(), w.ID, approver)
	w.code("by an approver", err, "actor.role")
	w.set(deadline)
	publish("at the deadline", "tender.deadline_passed")
	w.set(today.Add(time.Minute))
	publish("with everything", "")
	publish("twice", "tender.phase")
	_, err = w.GiveKey(t.Context(), w.ID, openers[0], w.secret(spare.User).Public())
	w.code("a new key after publication", err, "tender.phase")
}
