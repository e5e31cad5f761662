package score_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"probity/bidding/score"
)

// reader computes the formula of a step on its own, with rational numbers. It
// shares no code with the package: it stands for the citizen with a spreadsheet.
type reader struct{ text string }

func evaluate(text string) (v *big.Rat, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", text, r)
		}
	}()
	r := &reader{text}
	v = r.sum()
	if r.text != "" {
		return nil, fmt.Errorf("%s: %q is left over", text, r.text)
	}
	return v, nil
}

func (r *reader) take(s string) bool {
	rest, ok := strings.CutPrefix(r.text, s)
	if ok {
		r.text = rest
	}
	return ok
}

func (r *reader) need(s string) {
	if !r.take(s) {
		panic("expected " + s + " before " + r.text)
	}
}

func (r *reader) sum() *big.Rat {
	v := r.product()
	for {
		switch {
		case r.take("+"):
			v = new(big.Rat).Add(v, r.product())
		case r.take("-"):
			v = new(big.Rat).Sub(v, r.product())
		default:
			return v
		}
	}
}

func (r *reader) product() *big.Rat {
	v := r.atom()
	for {
		switch {
		case r.take("*"):
			v = new(big.Rat).Mul(v, r.atom())
		case r.take("/"):
			v = new(big.Rat).Quo(v, r.atom())
		default:
			return v
		}
	}
}

func (r *reader) atom() *big.Rat {
	switch {
	case r.take("("):
		v := r.sum()
		r.need(")")
		return v
	case r.take("ROUND("):
		v := r.sum()
		r.need(",")
		places := r.sum()
		r.need(")")
		return halfUp(v, int(places.Num().Int64()))
	case r.take("MAX("):
		return r.pick(1)
	case r.take("MIN("):
		return r.pick(-1)
	}
	n := len(r.text) - len(strings.TrimLeft(r.text, "0123456789."))
	v, ok := new(big.Rat).SetString(r.text[:n])
	if !ok {
		panic("no number before " + r.text)
	}
	r.text = r.text[n:]
	return v
}

func (r *reader) pick(sign int) *big.Rat {
	best := r.sum()
	for r.take(",") {
		if v := r.sum(); v.Cmp(best) == sign {
			best = v
		}
	}
	r.need(")")
	return best
}

// halfUp is the schoolbook way: add half a unit and cut off.
func halfUp(v *big.Rat, places int) *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	x := new(big.Rat).Mul(new(big.Rat).Abs(v), new(big.Rat).SetInt(unit))
	x.Add(x, big.NewRat(1, 2))
	n := new(big.Int).Quo(x.Num(), x.Denom())
	if v.Sign() < 0 {
		n.Neg(n)
	}
	return new(big.Rat).SetFrac(n, unit)
}

// checkSteps computes every line of a ranking again, and that the lines lead to
// the scores.
func checkSteps(t interface {
	Helper()
	Errorf(string, ...any)
}, r score.Ranking) {
	t.Helper()
	steps := r.Base
	for _, e := range r.Entries {
		steps = append(steps, e.Steps...)
		for _, q := range e.Questions {
			steps = append(steps, q.Steps...)
		}
		results := map[string]string{}
		for _, s := range e.Steps {
			results[s.Code] = s.Result
		}
		for code, want := range map[string]string{
			score.StepQuality: e.QualityScore.String(), score.StepPrice: e.PriceScore.String(), score.StepTotal: e.Total.String(),
		} {
			if got, ok := results[code]; ok && got != want || !ok && want != "0" {
				t.Errorf("%s: the line %q says %q, the entry %s", e.Bid, code, got, want)
			}
		}
	}
	for _, s := range steps {
		got, err := evaluate(s.Expression)
		want, ok := new(big.Rat).SetString(s.Result)
		if err != nil || !ok || got.Cmp(want) != 0 {
			t.Errorf("%s %s: %s is %v, not %s (%v)", s.Code, s.Of, s.Expression, got, s.Result, err)
		}
	}
}

func TestTheCheckerItselfFindsAWrongSum(t *testing.T) {
	for text, want := range map[string]string{
		"1+2*3": "7", "(1+2)*3": "9", "10-3-2": "5", "8/4/2": "1", "8/(4/2)": "4", "ROUND(0.005,2)": "1/100",
		"ROUND(MAX(0,1-3),2)": "0", "MIN(3,2,4)": "2", "ROUND(2/3,4)": "6667/10000", "ROUND(1-3.5,0)": "-3",
	} {
		got, err := evaluate(text)
		if err != nil || got.RatString() != want {
			t.Errorf("%s: want %s, got %v, %v", text, want, got, err)
		}
	}
	for _, text := range []string{"", "1+", "(1", "1)", "ROUND(1)", "x", "1 + 2", "1/0"} {
		if got, err := evaluate(text); err == nil {
			t.Errorf("%q was computed as %v", text, got)
		}
	}
	r := rank(t, byPrice(score.Price{Formula: score.LowestRatio}, "100", "200"))
	r.Entries[1].Steps[0].Result = "50.01"
	found := &counter{}
	checkSteps(found, r)
	if found.n == 0 {
		t.Error("a wrong result went unnoticed")
	}
}

type counter struct{ n int }

func (c *counter) Helper()               {}
func (c *counter) Errorf(string, ...any) { c.n++ }
