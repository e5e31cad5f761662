package score

import (
	"testing"

	"probity/tender"
)

func TestFormulasKeepTheirParentheses(t *testing.T) {
	one, two, three := whole(1), whole(2), whole(3)
	for _, c := range []struct {
		got         calc
		text, value string
	}{
		{one.plus(two).times(three), "(1+2)*3", "9"},
		{three.times(one.plus(two)), "3*(1+2)", "9"},
		{one.minus(two.plus(three)), "1-(2+3)", "-4"},
		{one.minus(two).minus(three), "1-2-3", "-4"},
		{one.minus(two.times(three)), "1-2*3", "-5"},
		{three.over(two.over(one)), "3/(2/1)", "1.5"},
		{three.over(two.times(one)), "3/(2*1)", "1.5"},
		{three.plus(one).over(two), "(3+1)/2", "2"},
		{one.minus(two).notNegative().plus(one), "MAX(0,1-2)+1", "1"},
		{three.minus(two).notNegative(), "MAX(0,3-2)", "1"},
		{one.over(three).round(2).plus(one), "ROUND(1/3,2)+1", "1.33"},
		{total([]tender.Decimal{one.num, two.num}).over(two), "(1+2)/2", "1.5"},
		{total([]tender.Decimal{two.num}).over(two), "2/2", "1"},
		{total(nil), "0", "0"},
		{extreme("MIN", -1, []tender.Decimal{two.num, one.num}).times(two), "MIN(2,1)*2", "2"},
	} {
		value, err := c.got.num.Div(c.got.den, 6)
		if c.got.text != c.text || err != nil || value.String() != c.value {
			t.Errorf("want %s = %s, got %s = %s", c.text, c.value, c.got.text, value)
		}
	}
}
