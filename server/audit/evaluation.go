package audit

import (
	"bytes"
	"encoding/json"
	"slices"

	"probity/bidding"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/documents/archive"
	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/sign"
)

// ranking is the result of the evaluation of a lot that stands.
type ranking struct {
	fact    bidding.Placed
	hash    string
	entries []score.Entry
}

// handedIn is one evaluator's signed sheet.
type handedIn struct {
	bidding.Placed
	sheet bidding.SheetRecord
}

// evaluationSteps are the checks of what the panel did.
type evaluationSteps struct {
	*verifier
	signature, input, decision, ranking, draw *step
	sheets                                    []handedIn
}

// evaluated computes the technical decision and the ranking of every lot again:
// not only from the input that was logged, but that input from the opening
// records, the evaluators' signed sheets and the panel's findings.
func (v *verifier) evaluated() error {
	s := &evaluationSteps{verifier: v,
		signature: v.step("evaluation.signature", "Every evaluator has signed their scores and their declaration of interests"),
		input:     v.step("evaluation.input", "What was ranked is what was opened, scored and found"),
		decision:  v.step("evaluation.decision", "The technical decision follows from its input"),
		ranking:   v.step("evaluation.ranking", "The ranking follows from its input, line by line"),
		draw:      v.step("evaluation.draw", "The number that draws start from is the log's root at the end of the window"),
	}
	s.declarations()
	for _, f := range v.facts {
		switch f.Name {
		case "evaluation.hand-in":
			s.handIn(f)
		case "evaluation.qualify":
			s.qualified(f)
		case "evaluation.rank":
			s.ranked(f)
		}
	}
	for _, x := range []*step{s.signature, s.input, s.decision, s.ranking, s.draw} {
		x.end()
	}
	return nil
}

// declarations checks what evaluators have declared, where it is shown, and
// that nobody with a conflict has scored.
func (s *evaluationSteps) declarations() {
	clear := map[string]bool{}
	declared := s.named("evaluation.declare")
	for _, f := range declared {
		d, ok := data[struct{ Signature sign.Signature }](s.verifier, f)
		record := rawMember(f, "declaration")
		var r bidding.DeclarationRecord
		err := json.Unmarshal(record, &r)
		if ok && s.signature.expect(err == nil && r.Tender == s.OCID && r.User == f.By, f.ID, "The declaration is another's, or for another procedure.") {
			s.signed(s.signature, f, sign.Declare, record, d.Signature)
			clear[f.By] = len(r.Conflicts) == 0
		}
	}
	if s.withheld["evaluation.declare"] > 0 {
		return
	}
	for _, f := range s.named("evaluation.hand-in") {
		s.signature.expect(clear[f.By], f.ID, "%s has scored without a declaration, or with a conflict of interest.", f.By)
	}
}

func (s *evaluationSteps) handIn(f bidding.Placed) {
	d, ok := data[struct {
		Lot, Sheet string
		Signature  sign.Signature
	}](s.verifier, f)
	record := rawMember(f, "record")
	var r bidding.SheetRecord
	if !ok || !s.signature.expect(json.Unmarshal(record, &r) == nil, f.ID, "The sheet cannot be read.") {
		return
	}
	s.signed(s.signature, f, sign.Score, record, d.Signature)
	s.signature.expect(r.Kind == "score" && r.Tender == s.OCID && r.Lot == d.Lot && r.User == f.By, f.ID, "The sheet is another's, or for another lot.")
	s.sheets = append(s.sheets, handedIn{f, r})
}

// qualified checks one technical decision.
func (s *evaluationSteps) qualified(f bidding.Placed) {
	d, ok := data[struct {
		Lot, Decision string
		Input         score.Input
	}](s.verifier, f)
	if !ok {
		return
	}
	s.sameInput(f, d.Lot, d.Input, false)
	entries, err := score.Qualify(d.Input)
	s.decision.expect(err == nil && bytes.Equal(canon.Must(entries), rawMember(f, "entries")), f.ID, "The technical decision does not follow from its input.")
	both, err := canon.Marshal(map[string]any{"input": rawMember(f, "input"), "entries": rawMember(f, "entries")})
	s.decision.expect(err == nil && hexOf(canon.Hash("decision", both)) == d.Decision, f.ID, "The decision is not the one that its hash names.")
}

// ranked checks one ranking.
func (s *evaluationSteps) ranked(f bidding.Placed) {
	d, ok := data[struct {
		Lot, Hash string
		Input     score.Input
	}](s.verifier, f)
	if !ok {
		return
	}
	s.sameInput(f, d.Lot, d.Input, true)
	raw := rawMember(f, "ranking")
	s.ranking.expect(hexOf(canon.Hash("ranking", raw)) == d.Hash, f.ID, "The ranking is not the one that its hash names.")
	in, err := d.Input.Canonical()
	if !s.ranking.expect(err == nil, f.ID, "The input of the ranking is malformed: %v.", err) {
		return
	}
	r, err := score.Verify(in, raw)
	if s.ranking.expect(err == nil, f.ID, "The ranking of %s was computed again and is another: %v.", d.Lot, err) {
		s.rankings[d.Lot] = append(s.rankings[d.Lot], &ranking{f, d.Hash, r.Entries})
	}
}

// sameInput makes the input again and compares.
func (s *evaluationSteps) sameInput(f bidding.Placed, lot string, said score.Input, priced bool) {
	in, ok := s.gather(f, lot, priced)
	if !s.input.expect(ok, f.ID, "Without the notice and the opening records the input of the evaluation cannot be made again.") {
		return
	}
	s.draw.expect(in.Root == said.Root, f.ID, "The number that draws start from is %q; the log gives %q.", said.Root, in.Root)
	in.Root = said.Root
	want, err1 := in.Canonical()
	got, err2 := said.Canonical()
	s.input.expect(err1 == nil && err2 == nil && bytes.Equal(want, got), f.ID, "What was evaluated is not what the record gives%s.", inputDiff(in, said))
}

// inputDiff says where the two first differ, in the words of the record.
func inputDiff(want, got score.Input) string {
	for _, b := range want.Bids {
		i := slices.IndexFunc(got.Bids, func(x score.Bid) bool { return x.ID == b.ID })
		if i < 0 {
			return ": bid " + b.ID + " was left out"
		}
		x := got.Bids[i]
		b.Scores, x.Scores = sorted(b.Scores), sorted(x.Scores)
		if !bytes.Equal(canon.Must(b), canon.Must(x)) {
			return ": bid " + b.ID + " is another"
		}
	}
	if len(got.Bids) > len(want.Bids) {
		return ": there are more bids than were opened"
	}
	return ": the rules, the lists or the evaluators are others"
}

// gather makes the input of an evaluation from the record, as the panel's
// service makes it from its documents.
func (s *evaluationSteps) gather(f bidding.Placed, lot string, priced bool) (score.Input, bool) {
	n := &s.p.notice
	l := n.Lot(lot)
	names := n.Envelopes.Names()
	first := s.openings[lot+"~"+names[0]]
	last := s.openings[lot+"~"+names[len(names)-1]]
	if l == nil || first == nil || first.record == nil || priced && (last == nil || last.record == nil) {
		return score.Input{}, false
	}
	in := score.Input{Version: score.Version, Lot: lot, Currency: n.Currency, Criteria: l.Criteria, Estimate: l.Value, Root: s.root()}
	for _, r := range n.RequirementsOf(lot) {
		in.Requirements = append(in.Requirements, r.ID)
	}
	for _, item := range l.Items {
		in.Items = append(in.Items, score.Item{ID: item.ID, Quantity: item.Quantity})
	}
	sheets := s.sheetsOf(lot, f.Index)
	if len(in.Criteria.Quality) > 0 {
		for _, x := range sheets {
			in.Evaluators = append(in.Evaluators, x.sheet.User)
		}
	}
	j := s.judgement(lot, f.Index)
	prices := map[string]*bidding.RecordedBid{}
	if priced || len(names) == 1 {
		prices = openedBids(last)
	}
	for _, o := range first.record.Bids {
		if o.State == seal.Opened {
			in.Bids = append(in.Bids, j.bid(o, prices, sheets, len(in.Criteria.Quality) > 0))
		}
	}
	return in, true
}

func openedBids(o *opening) map[string]*bidding.RecordedBid {
	m := map[string]*bidding.RecordedBid{}
	for i := range o.record.Bids {
		if b := &o.record.Bids[i]; b.State == seal.Opened {
			m[b.Bidder.ID] = b
		}
	}
	return m
}

// sheetsOf lists the sheets of a lot that were in by then, by evaluator.
func (s *evaluationSteps) sheetsOf(lot string, before int64) []handedIn {
	var list []handedIn
	for _, x := range s.sheets {
		if x.sheet.Lot == lot && x.Index < before {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b handedIn) int { return bytes.Compare([]byte(a.sheet.User), []byte(b.sheet.User)) })
	return list
}

// root is the log's root at the end of the window, in hex; "" if the tiles do
// not give it.
func (v *verifier) root() string {
	raw, err := v.in.Read(archive.CheckpointPath, 1<<16)
	if err != nil || v.p.sealed == nil {
		return ""
	}
	c, err := ledger.Peek(raw)
	if err != nil {
		return ""
	}
	root, err := archive.RootAt(c, v.p.sealed.Index+1, v.in.Tile)
	if err != nil {
		return ""
	}
	return hexOf(root)
}
