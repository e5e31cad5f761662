package audit

import (
	"encoding/json"
	"slices"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/store"
)

// tender compares one procedure with what its facts lead to, and notes the
// objects that it refers to.
func (f *fsck) tender(t *tender.Tender) error {
	facts, err := f.factsOn(t.ID)
	if err != nil {
		return err
	}
	r := rebuilt{lots: map[string]tender.LotPhase{}}
	for _, x := range facts {
		if kind, _, _ := cutSubject(x.ID); kind == tender.Kind {
			r.follow(x)
		}
	}
	subject := store.Subject(tender.Kind, t.ID)
	if r.version == t.Version { // else its last facts wait for the log, or were found missing
		r.compare(t, func(format string, args ...any) { f.find("tender.state", subject, format, args...) })
	}
	window, err := f.lists(t, facts)
	if err != nil {
		return err
	}
	f.notice(t)
	dropped := droppedBy(facts)
	bids := store.Shelf[bidding.Bid, *bidding.Bid]{Engine: f.Engine, Kind: bidding.Kind}
	err = bids.All(f.ctx, store.Query{Index: "lot", Eq: []any{t.ID}}, func(b *bidding.Bid) error {
		f.states(b, window)
		return f.sealed(b, dropped[b.Lot])
	})
	if err != nil {
		return err
	}
	return f.openings(t)
}

func (f *fsck) factsOn(topic string) ([]bidding.Placed, error) {
	var all []bidding.Placed
	for from := int64(0); ; {
		page, err := f.Engine.EntriesOn(f.ctx, topic, from, pageSize)
		if err != nil {
			return nil, err
		}
		list, err := bidding.Read(page)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(page) < pageSize {
			return all, nil
		}
		from = page[len(page)-1].Index + 1
	}
}

// rebuilt is a procedure as its facts alone give it.
type rebuilt struct {
	version int64
	phase   tender.Phase
	ended   bool // complete or unsuccessful: the lots say which
	notice  tender.Notice
	lots    map[string]tender.LotPhase
}

// phases says where a fact leads a procedure.
var phases = map[string]tender.Phase{
	"tender.create": tender.Draft, "tender.submit": tender.Submitted, "tender.return": tender.Draft, "tender.approve": tender.Approved,
	"tender.publish": tender.Published, bidding.FactClose: tender.Closed, bidding.FactCloseWindow: tender.Sealed, "tender.cancel": tender.Cancelled,
}

// lotPhases says where a fact leads a lot.
var lotPhases = map[string]tender.LotPhase{
	"lot.seal": tender.Waiting, "lot.fail": tender.LotUnsuccessful, "lot.open": tender.Opened, "lot.qualify": tender.Qualified,
	"lot.open-price": tender.Priced, "lot.rank": tender.Ranked, "lot.award": tender.Standstill, "lot.confirm": tender.Awarded,
	"lot.revise": tender.Ranked, "lot.next": tender.Ranked, "lot.contract": tender.Contracted, "lot.cancel-lot": tender.LotCancelled,
}

func (r *rebuilt) follow(x bidding.Placed) {
	if t, ok := turnOf(x.ID, x.Name); ok {
		r.version = t.version
	}
	var d struct {
		Notice   *tender.Notice
		Deadline string
		Lot      string
	}
	if json.Unmarshal(x.Data, &d) != nil {
		return
	}
	if p, ok := phases[x.Name]; ok {
		r.phase = p
	}
	if d.Notice != nil && slices.Contains([]string{"tender.create", "tender.edit", "tender.publish", "tender.amend"}, x.Name) {
		r.notice = *d.Notice
	}
	switch p, ok := lotPhases[x.Name]; {
	case ok:
		r.lots[d.Lot] = p
	case x.Name == "lot.rejudge" && r.notice.Envelopes == tender.TwoEnvelopes:
		r.lots[d.Lot] = tender.Priced
	case x.Name == "lot.rejudge":
		r.lots[d.Lot] = tender.Opened
	case x.Name == "tender.publish":
		for _, l := range r.notice.Lots {
			r.lots[l.ID] = tender.Competing
		}
	case x.Name == "tender.extend" || x.Name == "tender.prolong":
		t := &r.notice.Timetable
		to := readTime(d.Deadline)
		t.Opens, t.Deadline = t.Opens.Add(to.Sub(t.Deadline)), to
	case x.Name == "tender.finish":
		r.ended = true
	case x.Name == "tender.cancel":
		for id, p := range r.lots {
			if !(tender.Lot{Phase: p}).Ended() {
				r.lots[id] = tender.LotCancelled
			}
		}
	}
}

// compare says where the stored procedure differs.
func (r *rebuilt) compare(t *tender.Tender, say func(format string, args ...any)) {
	over := t.Phase == tender.Complete || t.Phase == tender.Failed
	if r.ended != over || !over && r.phase != t.Phase {
		say("It is %s; its facts lead to %s.", t.Phase, r.phase)
	}
	if r.notice.Hash() != t.Notice.Hash() {
		say("Its notice is not the one that its facts give.")
	}
	for _, l := range t.Lots {
		if r.lots[l.ID] != l.Phase {
			say("Lot %s is %s; its facts lead to %s.", l.ID, l.Phase, r.lots[l.ID])
		}
	}
}

// lists makes the closing lists again; the second, or nil.
func (f *fsck) lists(t *tender.Tender, facts []bidding.Placed) (*seal.Closing, error) {
	_, window, err := bidding.Lists(facts)
	if err != nil {
		f.find("closing.list", store.Subject(tender.Kind, t.ID), "%v", err)
	}
	return window, nil
}

// became says what the window's list makes of a version.
var became = map[string]bidding.State{
	seal.Stored: bidding.Stored, seal.Lapsed: bidding.Lapsed, seal.Replaced: bidding.Replaced,
	seal.Withdrawn: bidding.Withdrawn, seal.Superseded: bidding.Superseded,
}

// states compares a bid with the list at the end of the window.
func (f *fsck) states(b *bidding.Bid, window *seal.Closing) {
	if window == nil {
		return
	}
	listed := map[int64]bool{}
	for _, e := range window.Entries {
		if e.Lot != b.Lot || e.Bidder != b.Bidder.ID {
			continue
		}
		listed[e.Seq] = true
		v := b.At(e.Seq)
		if v == nil || v.State != became[e.State] && v.State != bidding.Dropped {
			f.find("bid.state", store.Subject(bidding.Kind, b.ID), "Version %d is not %s, as the closing list has it.", e.Seq, became[e.State])
		}
	}
	for _, v := range b.Versions {
		if !listed[v.Seq] && v.State != bidding.Refused && v.State != bidding.Dropped {
			f.find("bid.state", store.Subject(bidding.Kind, b.ID), "Version %d is %s, and stands in no closing list.", v.Seq, v.State)
		}
	}
}

// droppedBy lists, by lot, the envelopes that a cancellation has left sealed
// for ever.
func droppedBy(facts []bidding.Placed) map[string][]string {
	all := map[string][]string{}
	for _, x := range facts {
		if x.Name != "tender.cancel" && x.Name != "lot.cancel-lot" {
			continue
		}
		var d struct{ Sealed map[string][]string }
		if json.Unmarshal(x.Data, &d) == nil {
			for lot, names := range d.Sealed {
				all[lot] = append(all[lot], names...)
			}
		}
	}
	return all
}
