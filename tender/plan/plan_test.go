package plan_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"probity/tender"
	. "probity/tender/award/awardtest"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/store"
)

func TestAPlanIsPublishedByTwoPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.create()
	if v.State != plan.Draft || v.Content.Period != plan.CalendarYear(2026) || v.Buyer.ID != Buyer {
		t.Errorf("created: %+v", v)
	}
	if id := h.add(v.ID, salt()); id != "1" {
		t.Errorf("the first entry is %q", id)
	}
	h.out(v.ID)
	got, err := h.Get(t.Context(), v.ID, party.PublicActor)
	h.Ok(err)
	if len(got.Editions) != 1 || got.Version != 1 || got.Content.Entries[0].Method != "open" || got.Content.Entries[0].Value.Amount() != "120000.00" {
		t.Errorf("the public sees %+v", got)
	}
	facts := h.Facts("plan.publish")
	if len(facts) != 1 || facts[0].Topic != v.ID || facts[0].ID != got.Editions[0].Fact || !strings.Contains(string(facts[0].Data), "融雪盐") {
		t.Errorf("facts: %v", facts)
	}
	lines, err := h.LinesOf(t.Context(), v.ID)
	h.Ok(err)
	if len(lines) != 1 || lines[0].ID != v.ID+"-1" || lines[0].State != plan.Intended {
		t.Errorf("lines: %+v", lines)
	}
}

// A revision is nobody's to see until it is the next edition; the earlier one
// stays to be read, and what is different is told.
func TestARevision(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.published()
	before, err := json.Marshal(first(h.Get(t.Context(), id, party.PublicActor)))
	h.Ok(err)

	e := salt()
	e.Title = Text("Secret bridge")
	h.add(id, e)
	after, err := json.Marshal(first(h.Get(t.Context(), id, AlphasRep)))
	h.Ok(err)
	if string(before) != string(after) {
		t.Errorf("a draft shows:\n%s\n%s", before, after)
	}
	_, err = h.Compare(t.Context(), id, AlphasRep, 1, 0)
	h.Code(err, "plan.no_edition")

	h.out(id)
	if f := h.Facts("plan.revise"); len(f) != 1 || len(h.Facts("plan.publish")) != 1 {
		t.Errorf("facts: %v", f)
	}
	_, old, err := h.Edition(t.Context(), id, party.PublicActor, 1)
	h.Ok(err)
	_, now, err := h.Edition(t.Context(), id, party.PublicActor, 2)
	h.Ok(err)
	if len(old.Entries) != 1 || len(now.Entries) != 2 {
		t.Errorf("editions of %d and %d entries", len(old.Entries), len(now.Entries))
	}
	diffs, err := h.Compare(t.Context(), id, party.PublicActor, 1, 2)
	h.Ok(err)
	if !slices.Contains(diffs, tender.Difference{Path: "entries[2].title.en", After: "Secret bridge"}) {
		t.Errorf("differences: %v", diffs)
	}
	_, err = h.Submit(t.Context(), id, Officer)
	h.Code(err, "plan.state")
}

// What is withheld stands in no view, edition, fact of publication or line, and
// has no part in the hash; the body's own people see it, also after a revision
// was thrown away.
func TestAWithheldValue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.create()
	e := salt()
	e.Withheld = true
	h.add(v.ID, e)
	h.out(v.ID)
	for name, x := range map[string]any{
		"the view":    first(h.Get(t.Context(), v.ID, party.PublicActor)),
		"the fact":    h.Facts("plan.publish")[0].Data,
		"the line":    first(h.LinesOf(t.Context(), v.ID)),
		"the rival's": first(h.Get(t.Context(), v.ID, AlphasRep)),
	} {
		b, err := json.Marshal(x)
		h.Ok(err)
		if strings.Contains(string(b), "120000") || !strings.Contains(string(b), "valueWithheld") {
			t.Errorf("%s: %s", name, b)
		}
	}
	own := first(h.Get(t.Context(), v.ID, Officer)).Content
	if own.Entries[0].Value.Amount() != "120000.00" {
		t.Errorf("the body sees %v", own.Entries[0].Value)
	}
	other := own
	value := tender.MustMoney("1.00", "CNY")
	x := own.Entries[0]
	x.Value = &value
	other.Entries = []plan.Entry{x}
	if own.Hash() != other.Hash() {
		t.Error("the hash tells the value")
	}
	x.Title = Text("Another")
	_, err := h.Change(t.Context(), v.ID, 0, Officer, x)
	h.Ok(err)
	dropped, err := h.Drop(t.Context(), v.ID, 0, Officer)
	h.Ok(err)
	if e := dropped.Content.Entries[0]; e.Title["en"] != "Road salt" || e.Value == nil || dropped.State != plan.Published {
		t.Errorf("dropped: %+v", dropped)
	}
}

// Two people who write at once do not overwrite one another.
func TestTwoOfficersAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.create()
	done := make(chan error, 8)
	for range 8 {
		go func() { _, _, err := h.Add(t.Context(), v.ID, Officer, salt()); done <- err }()
	}
	ok := 0
	for range 8 {
		if err := <-done; err == nil {
			ok++
		} else {
			h.Code(err, "plan.stale")
		}
	}
	got := first(h.Get(t.Context(), v.ID, Officer))
	if len(got.Content.Entries) != ok || ok == 0 {
		t.Errorf("%d of 8 were added, %d are there", ok, len(got.Content.Entries))
	}
	_, err := h.Describe(t.Context(), v.ID, 1, Officer, head())
	h.Code(err, "plan.stale")
}

// A request that broke off after it took effect, and is repeated, adds one
// entry; so does one that begins a plan.
func TestARepeatedRequestAddsOnce(t *testing.T) {
	h := newHouse(t)
	request := func(name string) context.Context {
		return store.WithIDs(t.Context(), func() string { return name })
	}
	v := h.create()
	for _, name := range []string{"a", "b", "a", "b", "a"} {
		_, entry, err := h.Add(request(name), v.ID, Officer, salt())
		if h.Ok(err); entry != map[string]string{"a": "1", "b": "2"}[name] {
			t.Errorf("%s has added entry %s", name, entry)
		}
	}
	if got, err := h.Get(t.Context(), v.ID, Officer); err != nil || len(got.Content.Entries) != 2 {
		t.Errorf("%d entries, %v", len(got.Content.Entries), err)
	}
	_, _, err := h.Add(request("a"), v.ID, Approver, salt())
	h.Code(err, "actor.role")
}
