package bidding

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// Sheet is what one evaluator thinks of all bids for one lot. Nobody else sees
// it before every evaluator has handed theirs in; after that it never changes.
type Sheet struct {
	store.Root // ID is tender~lot~user

	Tender    string          `json:"tender"`
	Lot       string          `json:"lot"`
	User      string          `json:"user"`
	Name      string          `json:"name"`
	Scores    []SheetScore    `json:"scores,omitempty"`
	Notes     []SheetNote     `json:"notes,omitempty"` // gone once it is handed in
	HandedIn  time.Time       `json:"handedIn,omitzero"`
	Signature *sign.Signature `json:"signature,omitempty"`
}

// SheetScore is one score with its reason.
type SheetScore struct {
	Bidder    string         `json:"bidder"`
	Criterion string         `json:"criterion"`
	Value     tender.Decimal `json:"value"`
	Reason    string         `json:"reason"`
}

// SheetNote is what an evaluator has written where a score is still missing. It
// is kept, and never signed.
type SheetNote struct {
	Bidder    string `json:"bidder"`
	Criterion string `json:"criterion"`
	Text      string `json:"text"`
}

// Keys make sheets searchable by lot.
func (x *Sheet) Keys() store.Keys { return store.Keys{"tender": x.Tender, "lot": x.Lot} }

// SheetRecord is what an evaluator signs when handing in (domain "score").
type SheetRecord struct {
	Kind   string       `json:"kind"` // "score"
	Lot    string       `json:"lot"`
	Scores []SheetScore `json:"scores"`
	Tender string       `json:"tender"`
	User   string       `json:"user"`
}

// Record is the sheet as it is signed, its scores in a fixed order.
func (x *Sheet) Record() SheetRecord {
	list := append([]SheetScore{}, x.Scores...)
	slices.SortFunc(list, func(a, b SheetScore) int {
		return compareAll(a.Bidder, b.Bidder, a.Criterion, b.Criterion)
	})
	return SheetRecord{"score", x.Lot, list, x.Tender, x.User}
}

// Bytes returns the canonical bytes that are signed.
func (r SheetRecord) Bytes() []byte { return canon.Must(r) }

// Own returns the evaluator's sheet, empty if nothing was saved yet.
func (s *Judging) Own(ctx context.Context, by party.Actor, id, lot string) (*Sheet, error) {
	t, _, err := s.may(ctx, by, id, party.EvaluationScore)
	if err != nil {
		return nil, err
	}
	if err := s.Cleared(ctx, by, t); err != nil {
		return nil, err
	}
	if t.Lot(lot) == nil {
		return nil, fault.New(fault.Missing, "lot.missing", "This tender has no such lot.")
	}
	x, err := s.Sheets.Get(ctx, sheetID(id, lot, by.User))
	if errors.Is(err, &fault.Error{Code: "sheet.missing"}) {
		return &Sheet{Root: store.Root{ID: sheetID(id, lot, by.User)}, Tender: id, Lot: lot, User: by.User, Name: by.Name}, nil
	}
	return x, err
}

func sheetID(tender, lot, user string) string { return tender + "~" + lot + "~" + user }

// Save keeps the evaluator's work so far. It may be incomplete.
func (s *Judging) Save(ctx context.Context, by party.Actor, id, lot string, scores []SheetScore) (*Sheet, error) {
	return s.SaveDraft(ctx, by, id, lot, SheetDraft{Seen: -1, Scores: scores})
}

// SheetDraft is a sheet as its evaluator has changed it. Seen is the version
// that was changed, so that a second window does not undo what the first has
// kept; -1 stands for any.
type SheetDraft struct {
	Seen   int64
	Scores []SheetScore
	Notes  []SheetNote
}

// SaveDraft is Save with notes, against the version that was seen.
func (s *Judging) SaveDraft(ctx context.Context, by party.Actor, id, lot string, d SheetDraft) (*Sheet, error) {
	x, err := s.Own(ctx, by, id, lot)
	if err != nil {
		return nil, err
	}
	if d.Seen >= 0 && d.Seen != x.Version {
		return nil, fault.New(fault.Stale, "sheet.stale", "This sheet was changed in another window. Look again.")
	}
	if !x.HandedIn.IsZero() {
		return nil, fault.New(fault.Conflict, "evaluation.handed_in", "You have handed in your scores for this lot.")
	}
	if err := s.checkScores(ctx, id, lot, d.Scores); err != nil {
		return nil, err
	}
	if err := checkNotes(d.Notes); err != nil {
		return nil, err
	}
	x.Scores, x.Notes = d.Scores, d.Notes
	return x, s.Sheets.Put(ctx, x)
}

// checkScores refuses scores for bids or criteria that there are not, and
// those off the scale.
func (s *Judging) checkScores(ctx context.Context, id, lot string, scores []SheetScore) error {
	t, err := s.Tenders.Tenders.Get(ctx, id)
	if err != nil {
		return err
	}
	bids, err := s.opened(ctx, t, lot, t.Notice.Envelopes.Names()[0])
	if err != nil {
		return err
	}
	criteria := t.Notice.Lot(lot).Criteria
	seen := map[[2]string]bool{}
	for i, x := range scores {
		at := "scores[" + itoa(i) + "]"
		c := criteria.Find(x.Criterion)
		if c == nil || c.Scale == nil {
			return fault.Field("evaluation.criterion", at+".criterion", "There is no criterion %q to score.", x.Criterion)
		}
		if !c.Scale.Has(x.Value) {
			return fault.Field("evaluation.scale", at+".value", "%s is not on the scale of %q.", x.Value, x.Criterion)
		}
		if !slices.ContainsFunc(bids, func(o *Outcome) bool { return o.Bidder.ID == x.Bidder }) {
			return fault.Field("evaluation.bid", at+".bidder", "No bid of %q was opened.", x.Bidder)
		}
		if len(x.Reason) > score.MaxReason {
			return fault.Field("evaluation.reason", at+".reason", "A reason has at most %d bytes.", score.MaxReason)
		}
		if key := [2]string{x.Bidder, x.Criterion}; seen[key] {
			return fault.Field("evaluation.twice", at, "This criterion is scored twice.")
		} else {
			seen[key] = true
		}
	}
	return nil
}

// maxNotes bounds what is kept beside the scores.
const maxNotes = 10000

func checkNotes(notes []SheetNote) error {
	if len(notes) > maxNotes {
		return fault.Field("evaluation.notes", "notes", "At most %d notes are kept.", maxNotes)
	}
	for i, n := range notes {
		if len(n.Text) > score.MaxReason || len(n.Bidder) > 200 || len(n.Criterion) > 200 {
			return fault.Field("evaluation.reason", "notes["+itoa(i)+"].text", "A reason has at most %d bytes.", score.MaxReason)
		}
	}
	return nil
}

// HandIn fixes the evaluator's scores: every criterion of every bid, each with
// a reason, signed.
func (s *Judging) HandIn(ctx context.Context, by party.Actor, id, lot string, sig sign.Signature) (*Sheet, error) {
	x, err := s.Own(ctx, by, id, lot)
	if err != nil {
		return nil, err
	}
	if !x.HandedIn.IsZero() {
		return x, nil
	}
	t, now, err := s.may(ctx, by, id, party.EvaluationScore)
	if err != nil {
		return nil, err
	}
	if l := t.Lot(lot); l.Phase != tender.Opened && l.Phase != tender.Priced {
		return nil, fault.New(fault.Conflict, "evaluation.lot", "A lot that is %s is not scored.", l.Phase)
	}
	if err := s.complete(ctx, t, x); err != nil {
		return nil, err
	}
	if err := s.Devices.Verify(ctx, by.User, sign.Score, x.Record().Bytes(), sig); err != nil {
		return nil, err
	}
	x.HandedIn, x.Signature, x.Notes = now, &sig, nil
	h := canon.Hash("sheet", x.Record().Bytes())
	fact := event.New("evaluation.hand-in", id, by.ID(), now, map[string]any{
		"lot": lot, "sheet": hex.EncodeToString(h[:]), "record": rawJSON(x.Record().Bytes()), "signature": sig})
	return x, s.Sheets.Put(ctx, x, fact)
}

// complete refuses a sheet with a gap.
func (s *Judging) complete(ctx context.Context, t *tender.Tender, x *Sheet) error {
	bids, err := s.opened(ctx, t, x.Lot, t.Notice.Envelopes.Names()[0])
	if err != nil {
		return err
	}
	for _, b := range bids {
		if b.OfferFault != "" {
			continue // there is nothing in it that could be scored
		}
		for _, c := range t.Notice.Lot(x.Lot).Criteria.Scored() {
			i := slices.IndexFunc(x.Scores, func(v SheetScore) bool { return v.Bidder == b.Bidder.ID && v.Criterion == c.ID })
			if i < 0 || x.Scores[i].Reason == "" {
				return fault.New(fault.Conflict, "evaluation.incomplete", "Give %s a score and a reason for %q.", b.Bidder.Name.In("en"), c.ID)
			}
		}
	}
	return nil
}

// Sheets returns all sheets of a lot once every evaluator has handed in.
func (s *Judging) AllSheets(ctx context.Context, t *tender.Tender, lot string) ([]*Sheet, error) {
	evaluators, err := s.evaluators(ctx, t)
	if err != nil {
		return nil, err
	}
	var list []*Sheet
	for _, user := range evaluators {
		x, err := s.Sheets.Get(ctx, sheetID(t.ID, lot, user))
		if errors.Is(err, &fault.Error{Code: "sheet.missing"}) || err == nil && x.HandedIn.IsZero() {
			return nil, fault.New(fault.Conflict, "evaluation.not_all", "Not every evaluator has handed in their scores.")
		}
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}
