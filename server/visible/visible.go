// Package visible says which facts of a procedure anybody may read, and from
// when. Whoever may read a fact gets its salt with it, and can find it in the
// log. A name that does not stand in the table is for nobody but those whom the
// role table gives the whole record.
package visible

import "probity/tender"

// from is when a fact becomes public.
type from int

const (
	never     from = iota
	published      // with the tender
	sealed         // once nothing may come in any more
	opened         // once the first envelopes are open
	awarded        // with the award of some lot
)

// table is by name of the fact. What names bidders comes after sealing, what
// names who judged or how comes with the award.
var table = map[string]from{
	"tender.publish": published, "tender.amend": published, "tender.extend": published, "tender.prolong": published, "tender.window-prolong": published,
	"tender.openers": published, "tender.openers-named": published, "tender.close": published,
	"tender.window-close": published, "tender.cancel": published, "tender.suspend": published,
	"tender.resume": published, "tender.finish": published, "tender.approve": published,
	"opener.key": published, "opener.sign": published, "opener.destroy": published, "openers.extend": published,

	"enquiry.answer": published, "enquiry.correct": published,

	"lot.seal": published, "lot.fail": published, "lot.open": published, "lot.qualify": published,
	"lot.open-price": published, "lot.rank": published, "lot.award": published, "lot.confirm": published,
	"lot.revise": published, "lot.next": published, "lot.rejudge": published, "lot.contract": published,
	"lot.cancel-lot": published,

	"opening.announce": sealed, "opening.answer": sealed, "opening.fail": sealed, "opening.rescue": sealed,
	"opening.combine": sealed, "opening.record": opened,

	"complaint.accept": sealed, "complaint.refuse": sealed, "complaint.dismiss": sealed,
	"complaint.decide": sealed, "complaint.resolve": sealed,

	"evaluation.qualify": awarded, "evaluation.rank": awarded, "evaluation.dissent": awarded,
	"award.decide": awarded, "award.notify": awarded, "award.pass-over": awarded, "award.set-aside": awarded,

	"contract.seal": awarded, "contract.milestone": awarded, "contract.deliver": awarded, "contract.invoice": awarded,
	"contract.pay": awarded, "contract.change": awarded, "contract.terminate": awarded, "contract.close": awarded,
}

// PublicOfPlan reports whether anybody may read a fact of this name about a
// plan. What is written and approved before an edition is nobody's to read; the
// edition's own fact holds all of it that counts.
func PublicOfPlan(name string) bool {
	return name == "plan.publish" || name == "plan.revise" || name == "plan.begin"
}

// Public reports whether anybody may read a fact of this name about t now.
func Public(name string, t *tender.Tender) bool {
	switch table[name] {
	case published:
		return t.Public()
	case sealed:
		return t.Phase == tender.Sealed || !t.Sealed.IsZero()
	case opened:
		return some(t, func(l tender.Lot) bool { return reached(l, tender.Opened) })
	case awarded:
		return some(t, func(l tender.Lot) bool { return l.Award != "" })
	}
	return false
}

func some(t *tender.Tender, is func(tender.Lot) bool) bool {
	for _, l := range t.Lots {
		if is(l) {
			return true
		}
	}
	return false
}

// order is how far along each phase is.
var order = []tender.LotPhase{tender.Competing, tender.Waiting, tender.Opened, tender.Qualified, tender.Priced,
	tender.Ranked, tender.Standstill, tender.Awarded, tender.Contracted}

func reached(l tender.Lot, p tender.LotPhase) bool {
	at := func(x tender.LotPhase) int {
		for i, y := range order {
			if x == y {
				return i
			}
		}
		return -1
	}
	return at(l.Phase) >= at(p)
}
