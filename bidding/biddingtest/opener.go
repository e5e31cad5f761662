package biddingtest

import (
	"probity/bidding"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// Opener is a person of the committee with the key on their own device.
type Opener struct {
	party.Actor
	Secret *seal.OpenerKey
}

// Openers lists the openers of the manifest in force or, before there is one,
// of the draft, in its order.
func (w *World) Openers() []Opener { return w.seats(w.Tender().Openers) }

// Next lists the openers who are to replace those in force.
func (w *World) Next() []Opener {
	if n := w.Tender().Next; n != nil {
		return w.seats(*n)
	}
	return nil
}

func (w *World) seats(o tender.Openers) []Opener {
	var list []Opener
	for _, g := range o.Groups {
		for _, m := range g.Members {
			list = append(list, w.Unlock[m.User])
		}
	}
	return list
}

// sign has an opener agree to the manifest.
func (w *World) sign(o Opener) {
	w.Helper()
	record, err := w.Tenders.ConsentRecord(w.Ctx(), w.ID, o.Actor)
	w.Ok(err)
	_, err = w.Tenders.SignManifest(w.Ctx(), w.ID, o.Actor, w.Sign(o.User, sign.Manifest, record))
	w.Ok(err)
}

// Reseal replaces the openers.
func (w *World) Reseal(groups []Group) {
	w.Helper()
	_, err := w.Tenders.ReplaceOpeners(w.Ctx(), w.ID, Officer, w.committee(groups, "b"))
	w.Ok(err)
	for _, o := range w.Next() {
		_, err := w.Tenders.GiveKey(w.Ctx(), w.ID, o.Actor, o.Secret.Public())
		w.Ok(err)
	}
	for _, o := range w.Next() {
		w.sign(o)
	}
	_, err = w.Tenders.Reseal(w.Ctx(), w.ID, Officer, "two keys are lost")
	w.Ok(err)
	w.Settle()
}

// Close moves the clock to the deadline.
func (w *World) Close() {
	w.Helper()
	w.Set(w.Tender().Notice.Timetable.Deadline)
	w.Settle()
}

// Shut moves the clock to where nothing may come in any more and the openers
// may act.
func (w *World) Shut() {
	w.Helper()
	w.Set(w.Tender().Notice.Timetable.WindowEnds())
	w.Settle()
	w.Set(w.Tender().Notice.Timetable.Opens)
	w.Settle()
}

// Announce fixes what is opened of the first lot, and returns the opening's id.
func (w *World) Announce(envelope string) string {
	w.Helper()
	o, err := w.Openings.Announce(w.Ctx(), Officer, w.ID, w.Lot, envelope)
	w.Ok(err)
	w.Settle()
	return o.ID
}

// Look is what an opener's device gets to see of an opening.
func (w *World) Look(o Opener, id string) seal.Opening {
	w.Helper()
	p, err := w.Openings.ForOpener(w.Ctx(), o.Actor, id)
	w.Ok(err)
	m, err := seal.ParseManifest([]byte(p.Manifest))
	w.Ok(err)
	batch, err := seal.ParseBatch([]byte(p.Batch))
	w.Ok(err)
	out := seal.Opening{Manifest: m, Closed: p.Closed.List, Window: p.Window.List, Batch: batch, Now: p.Now}
	for _, raw := range p.Extensions {
		e, err := seal.ParseExtension([]byte(raw))
		w.Ok(err)
		out.Extensions = append(out.Extensions, e)
	}
	for more := true; more; {
		var cases []seal.Case
		cases, more, err = w.Openings.CasesFor(w.Ctx(), o.Actor, id, len(out.Cases))
		w.Ok(err)
		for _, c := range cases {
			c.Manifest = m
			out.Cases = append(out.Cases, c)
		}
	}
	return out
}

// Shares is what an opener's device answers.
func (w *World) Shares(o Opener, id string) seal.Answer {
	w.Helper()
	a, err := seal.OpenShares(o.Secret, w.Look(o, id))
	w.Ok(err)
	return a
}

// Send hands in an answer, signed.
func (w *World) Send(o Opener, id string, a seal.Answer) error {
	raw := a.Bytes()
	_, err := w.Openings.Answer(w.Ctx(), o.Actor, id, raw, w.Sign(o.User, sign.Open, raw))
	return err
}

// Open announces an envelope of the first lot, has everybody answer, and
// combines.
func (w *World) Open(envelope string) *bidding.Opening {
	w.Helper()
	id := w.Announce(envelope)
	for _, o := range w.Openers() {
		w.Ok(w.Send(o, id, w.Shares(o, id)))
	}
	done, err := w.Openings.Combine(w.Ctx(), Officer, id)
	w.Ok(err)
	w.Settle()
	return done
}

// Outcome returns how a bidder's envelope was opened.
func (w *World) Outcome(id string, b *Bidder) *bidding.Outcome {
	w.Helper()
	x, err := w.Openings.Outcomes.Get(w.Ctx(), id+"~"+b.Org)
	w.Ok(err)
	return x
}

// Declare has an evaluator say that there is no conflict, or with whom.
func (w *World) Declare(e party.Actor, conflicts ...string) error {
	r := bidding.DeclarationRecord{Conflicts: conflicts, Statement: "I have looked.", Tender: w.ID, User: e.User}
	_, err := w.Judging.Declare(w.Ctx(), e, w.ID, r, w.Sign(e.User, sign.Declare, r.Bytes()))
	return err
}

// Score has an evaluator score the first lot and hand in.
func (w *World) Score(e party.Actor, scores ...bidding.SheetScore) error {
	x, err := w.Judging.Save(w.Ctx(), e, w.ID, w.Lot, scores)
	if err != nil {
		return err
	}
	_, err = w.Judging.HandIn(w.Ctx(), e, w.ID, w.Lot, w.Sign(e.User, sign.Score, x.Record().Bytes()))
	return err
}

// Give is one score for method.
func (b *Bidder) Give(value string) bidding.SheetScore {
	return bidding.SheetScore{Bidder: b.Org, Criterion: "q1", Value: tender.MustDecimal(value), Reason: "as read in the method"}
}

// Judge has the whole panel declare and give every bidder the same score, and
// finds that all pass but those who fail.
func (w *World) Judge(all map[*Bidder]string, fail ...*Bidder) {
	w.Helper()
	var scores []bidding.SheetScore
	for b, value := range all {
		scores = append(scores, b.Give(value))
	}
	for _, e := range w.Evaluators() {
		w.Ok(w.Declare(e))
		w.Ok(w.Score(e, scores...))
	}
	for b := range all {
		f := bidding.Finding{Bidder: b.Org, Answers: []score.Answer{{Requirement: "r1", Pass: true}}}
		for _, x := range fail {
			if x.Org == b.Org {
				f.Answers[0] = score.Answer{Requirement: "r1", Reason: "Taxes are unpaid."}
			}
		}
		_, err := w.Judging.Find(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot, f)
		w.Ok(err)
	}
}
