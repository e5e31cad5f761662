package awardtest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// The procedure's id and lots.
const (
	OCID = "ocds-test-1"
	Lot1 = "lot-1"
	Lot2 = "lot-2"
)

// The dates of the procedure.
var (
	Published = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	Enquiries = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	Deadline  = time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC)
	Ranked    = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
)

// Clock is a legal clock that tests set.
type Clock struct{ now atomic.Pointer[time.Time] }

// Set moves the clock.
func (c *Clock) Set(t time.Time) { c.now.Store(&t) }

// Add moves the clock forward.
func (c *Clock) Add(d time.Duration) { c.Set(c.now.Load().Add(d)) }

// Now tells the time.
func (c *Clock) Now(context.Context) (time.Time, error) { return *c.now.Load(), nil }

// World is one procedure and what it needs.
type World struct {
	*testing.T
	Engine   *Engine
	Clock    *Clock
	Tenders  *tender.Service
	Register *Register
	Ranking  award.Ranking
	Offers   map[string]map[string]tender.Decimal // by bid, then item

	ids atomic.Int64
}

// Open opens an engine that keeps the kinds.
type Open func(t testing.TB, kinds []store.Collection) store.Engine

// New returns a published procedure with two lots under the generic rule set,
// in the midst of its enquiry period.
func New(t *testing.T, open Open, kinds ...store.Collection) *World {
	t.Helper()
	w := &World{T: t, Clock: &Clock{}, Register: &Register{}}
	w.Engine = &Engine{Engine: open(t, append([]store.Collection{tender.Collection}, kinds...))}
	w.Clock.Set(Published.Add(24 * time.Hour))
	w.Tenders = &tender.Service{
		Tenders: store.Shelf[tender.Tender, *tender.Tender]{Engine: w.Engine, Kind: tender.Kind},
		Clock:   w.Clock, Rules: rules.Builtin(), Buyers: w.Register, Devices: Devices{}, NewID: w.NewID,
	}
	x := &tender.Tender{Root: store.Root{ID: OCID}, Phase: tender.Published, Buyer: Name(Buyer), Notice: notice(),
		RuleSet: "generic", Revision: 1, Created: Published, Published: Published}
	x.Policy = w.Policy("generic")
	for _, l := range x.Notice.Lots {
		x.Lots = append(x.Lots, tender.Lot{ID: l.ID, Phase: tender.Competing})
	}
	x.Duties = []tender.Duty{{User: Officer.User, Duty: party.DutyDraft}, {User: Evaluator.User, Duty: party.DutyEvaluate}}
	w.Ok(w.Tenders.Tenders.Put(t.Context(), x))
	w.rank()
	return w
}

// Policy returns the open procedure's policy of a rule set.
func (w *World) Policy(set string) *rules.Policy {
	p, err := rules.Builtin().Policy(set, "open")
	w.Ok(err)
	return p
}

// NewID returns the id that ctx gives, or one that was never used.
func (w *World) NewID(ctx context.Context) string {
	return cmp.Or(store.NextID(ctx), fmt.Sprintf("id-%d", w.ids.Add(1)))
}

// Ok ends the test on an error.
func (w *World) Ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Code demands that err is a fault with the code; "" demands none.
func (w *World) Code(err error, code string) {
	w.Helper()
	if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
		w.Errorf("got %v, want %q", err, code)
	}
}

// Edit changes the stored tender directly, as no service would.
func (w *World) Edit(f func(*tender.Tender)) {
	w.Helper()
	x, err := w.Tenders.Tenders.Get(w.Context(), OCID)
	w.Ok(err)
	f(x)
	w.Ok(w.Tenders.Tenders.Put(w.Context(), x))
}

// Close takes the procedure to where both lots are ranked.
func (w *World) Close() {
	w.Helper()
	w.Clock.Set(Ranked)
	w.Edit(func(x *tender.Tender) {
		x.Phase, x.Closed, x.Sealed = tender.Sealed, Deadline, Deadline
		for i := range x.Lots {
			x.Lots[i].Phase = tender.Ranked
		}
	})
}

// Tender returns the procedure.
func (w *World) Tender() *tender.Tender {
	w.Helper()
	x, err := w.Tenders.Tenders.Get(w.Context(), OCID)
	w.Ok(err)
	return x
}

// Lot returns the first lot.
func (w *World) Lot() *tender.Lot {
	w.Helper()
	return w.Tender().Lot(Lot1)
}

// Facts lists the facts of a name that wait for the log.
func (w *World) Facts(name string) []event.Event {
	w.Helper()
	all, err := w.Engine.Pending(w.Context(), 1000)
	w.Ok(err)
	var list []event.Event
	for _, f := range all {
		if f.Name == name {
			list = append(list, f)
		}
	}
	return list
}

// Data reads one member of a fact.
func Data(f event.Event, member string) string {
	var m map[string]any
	if err := json.Unmarshal(f.Data, &m); err != nil {
		return err.Error()
	}
	return fmt.Sprint(m[member])
}

// Rankings answers with w.Ranking.
func (w *World) Rankings() award.Rankings { return rankings{w} }

type rankings struct{ w *World }

func (r rankings) Ranking(context.Context, string, string) (award.Ranking, error) {
	return r.w.Ranking, nil
}

// NoComplaints settles nothing.
type NoComplaints struct{}

// Settle does nothing.
func (NoComplaints) Settle(context.Context, string) error { return nil }

// Bid names the bid of an organisation for the first lot.
func Bid(org string) string { return OCID + "~" + Lot1 + "~" + org }

// rank makes the evaluation's result: Alpha before Beta, Gamma excluded.
func (w *World) rank() {
	w.Offers = map[string]map[string]tender.Decimal{
		Bid(Alpha): {"i1": tender.MustDecimal("1.234567"), "i2": tender.MustDecimal("40")},
		Bid(Beta):  {"i1": tender.MustDecimal("1.5"), "i2": tender.MustDecimal("41.5")},
	}
	w.Ranking = award.Ranking{
		Record: canon.Must(map[string]any{"lot": Lot1, "order": []string{Alpha, Beta}}),
		Places: []award.Place{
			place(Alpha, 1, "1634.57", "93.5"), place(Beta, 2, "1915.00", "81.25"),
			{Bid: Bid(Gamma), Bidder: Name(Gamma), Why: tender.Text{"en": "A required paper is missing."}, Debrief: debrief(Gamma)},
		},
	}
}

func place(org string, rank int, price, score string) award.Place {
	return award.Place{Bid: Bid(org), Bidder: Name(org), Rank: rank, Score: tender.MustDecimal(score),
		Price: tender.MustMoney(price, "CNY"), Debrief: debrief(org)}
}

func debrief(org string) []byte {
	return canon.Must(map[string]any{"criteria": []map[string]string{{"id": "q1", "score": "8.5", "reason": "written for " + org}}})
}

// Text is a text in English.
func Text(s string) tender.Text { return tender.Text{"en": s} }

func notice() tender.Notice {
	item := func(id, what, quantity string) tender.Item {
		return tender.Item{ID: id, Description: Text(what), Quantity: tender.MustDecimal(quantity),
			Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2"}, Unit: tender.Unit{Code: "TNE", Name: Text("tonne")}}
	}
	security := tender.MustMoney("100.00", "CNY")
	return tender.Notice{
		Title: Text("Road salt for one winter"), Procedure: "open", Category: tender.Goods, Languages: []string{"en"}, Currency: "CNY",
		Lots: []tender.LotNotice{
			{ID: Lot1, Title: Text("Salt"), Items: []tender.Item{item("i1", "Salt", "999.999"), item("i2", "Sand", "10")}},
			{ID: Lot2, Title: Text("Brine"), Items: []tender.Item{item("i3", "Brine", "5")}},
		},
		Timetable: tender.Timetable{Publish: Published, EnquiriesUntil: Enquiries, Deadline: Deadline, Opens: Deadline},
		Envelopes: tender.OneEnvelope, ValidityDays: 90,
		Terms: tender.Terms{PaymentDays: 30, SecurityAmount: &security, Milestones: []tender.MilestonePlan{
			{ID: "m1", Title: Text("First third"), Days: 30, Percent: tender.MustDecimal("33.3")},
			{ID: "m2", Title: Text("The rest"), Days: 90, Percent: tender.MustDecimal("66.7")},
		}},
	}
}
