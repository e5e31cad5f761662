// Package story_test plays a whole purchase, from the first line of the draft to
// the payment and the audit, by everybody who takes part, each in a browser of
// their own, through the pages alone. Only the clock is the test's, and who is
// known to the platform at the beginning (cast_test.go).
//
// The chapters stand below in their order; each is a method of story in the
// file of its part: arrival, draft, bid, opening, evaluation, award, contract,
// audit. What the pages do in depth, the tests of their desks show.
package story_test

import "testing"

func TestAWholePurchase(t *testing.T) {
	s := begin(t)
	for _, chapter := range []struct {
		name string
		tell func(*story)
	}{
		{"an evaluator is invited", (*story).invites},
		{"the officer drafts, with script off", (*story).draft},
		{"a second person approves with a signature", (*story).approval},
		{"the openers make their keys and sign the list", (*story).openers},
		{"the officer publishes", (*story).publish},
		{"a business registers and is confirmed", (*story).registers},
		{"a question is asked, answered, and leads to an amendment", (*story).enquiry},
		{"a bid is sealed on a line that breaks", (*story).brokenLine},
		{"a bid is sealed in Chinese and replaced", (*story).replaced},
		{"a third bid comes in", (*story).third},
		{"the clock closes the bidding", (*story).closing},
		{"the technical envelopes are opened", (*story).opensTechnical},
		{"the panel declares its interests", (*story).interests},
		{"a session ends in the middle of scoring", (*story).expired},
		{"the panel scores", (*story).scores},
		{"the panel agrees who is qualified", (*story).qualified},
		{"the prices are opened", (*story).opensPrices},
		{"the ranking is computed", (*story).ranked},
		{"an award is proposed and decided", (*story).award},
		{"the standstill passes", (*story).standstill},
		{"a contract is written and drawn", (*story).contract},
		{"both sides sign", (*story).signing},
		{"the first milestone is delivered and paid", (*story).paid},
		{"the auditor finds the record sound", (*story).audited},
		{"everybody sees the result", (*story).results},
		{"what strangers post has no effect", (*story).everyForm},
		{"what is kept fits together", (*story).kept},
	} {
		if !t.Run(chapter.name, func(t *testing.T) { s.t = t; chapter.tell(s) }) {
			t.Fatal("the story cannot go on")
		}
	}
}
