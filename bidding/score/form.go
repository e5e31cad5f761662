package score

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"

	"probity/tender/canon"
	"probity/tender/fault"
)

// sorted returns a copy whose lists without an order of their own are sorted by
// id. The criteria, the price list and the requirements keep the order in which
// they were published.
func (in Input) sorted() Input {
	in.Evaluators = slices.Sorted(slices.Values(in.Evaluators))
	in.Bids = slices.Clone(in.Bids)
	slices.SortFunc(in.Bids, func(a, b Bid) int { return cmp.Compare(a.ID, b.ID) })
	for i := range in.Bids {
		b := &in.Bids[i]
		b.Answers = by(b.Answers, func(a Answer) string { return a.Requirement })
		b.Scores = slices.Clone(b.Scores)
		slices.SortFunc(b.Scores, func(a, b Score) int {
			return cmp.Or(cmp.Compare(a.Evaluator, b.Evaluator), cmp.Compare(a.Criterion, b.Criterion))
		})
		b.Consensus = by(b.Consensus, func(a Agreement) string { return a.Criterion })
		b.Lines = by(b.Lines, func(l Line) string { return l.Item })
		b.Costs = by(b.Costs, func(c Cost) string { return c.ID })
	}
	return in
}

func by[T any](list []T, key func(T) string) []T {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return list
}

// Canonical returns the one sequence of bytes that stands for the input: the
// canonical JSON with bids, scores and answers in the order of their ids. It
// refuses an input that does not pass [Input.Check].
func (in Input) Canonical() ([]byte, error) {
	if err := in.Check(); err != nil {
		return nil, err
	}
	return in.write()
}

// write is Canonical for an input that is known to be good.
func (in Input) write() ([]byte, error) {
	b, err := canon.Marshal(in.sorted())
	if err != nil {
		return nil, fmt.Errorf("score: write input: %w", err)
	}
	return b, nil
}

func (in Input) hash() (string, error) {
	b, err := in.write()
	if err != nil {
		return "", err
	}
	h := canon.Hash("score-input", b)
	return hex.EncodeToString(h[:]), nil
}

// ParseInput reads what [Input.Canonical] writes and refuses every other
// sequence of bytes.
func ParseInput(b []byte) (Input, error) {
	var in Input
	if err := canon.Parse(b, &in); err != nil {
		return Input{}, malformed(err)
	}
	again, err := in.Canonical()
	if err != nil {
		return Input{}, err
	}
	if !bytes.Equal(b, again) {
		return Input{}, malformed(canon.ErrForm)
	}
	return in, nil
}

func malformed(err error) error {
	if f := fault.From(err); f.Kind == fault.Invalid {
		return f
	}
	return fault.New(fault.Invalid, "score.form", "This is not a score input in canonical form.").Because(err)
}

// Canonical returns the bytes of a ranking.
func (r Ranking) Canonical() ([]byte, error) {
	b, err := canon.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("score: write ranking: %w", err)
	}
	return b, nil
}

// Verify computes the ranking again from the bytes of the input and compares it
// with the bytes of the result. It returns the ranking, or the Conflict
// score.differs naming the first thing that is not as claimed.
func Verify(input, result []byte) (Ranking, error) {
	in, err := ParseInput(input)
	if err != nil {
		return Ranking{}, err
	}
	r, err := Rank(in)
	if err != nil {
		return Ranking{}, err
	}
	truth, err := r.Canonical()
	if err != nil {
		return Ranking{}, err
	}
	if bytes.Equal(truth, result) {
		return r, nil
	}
	return Ranking{}, fault.New(fault.Conflict, "score.differs", "The ranking does not follow from its input: %s", difference(r, result))
}

// difference says where a claimed ranking first departs from the true one.
func difference(truth Ranking, result []byte) string {
	var claim Ranking
	if err := canon.Parse(result, &claim); err != nil {
		return "it is not in canonical form."
	}
	if claim.Input != truth.Input {
		return "it was computed from another input."
	}
	for i, e := range truth.Entries {
		if i >= len(claim.Entries) {
			return fmt.Sprintf("bid %q is left out.", e.Bid)
		}
		if !bytes.Equal(canon.Must(e), canon.Must(claim.Entries[i])) {
			return fmt.Sprintf("the entry of bid %q is another.", e.Bid)
		}
	}
	return "its base, its ties or the number of its entries is another."
}
