package bid_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/server/site/sitetest"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
)

// secured is a bidder who has withdrawn a bid with a security, before the page
// that says what became of it.
type secured struct {
	*sitetest.Visitor
	t  *testing.T
	w  *biddingtest.World
	by *biddingtest.Bidder
	h  *sitetest.Town
	at string
}

func openSecured(t *testing.T, lang string) *secured {
	h := sitetest.Open(t)
	w := biddingtest.New(t, h.Bidding(), biddingtest.Terms{})
	s := &secured{t: t, w: w, by: w.Bidder("salt"), h: h, at: "/bid/tenders/" + w.ID + "/lots/" + w.Lot + "/outcome"}
	s.by.Bid(1, "9")
	x, err := h.Bids.Bids.Get(t.Context(), bidding.BidID(w.ID, w.Lot, s.by.Org))
	w.Ok(err)
	x.Versions[0].Security = &bidding.Security{Kind: bidding.Deposit, Issuer: "A Bank", Reference: "D-1",
		Amount: tender.MustMoney("1234.50", "EUR"), Until: w.Tender().Notice.Timetable.Deadline.AddDate(0, 3, 0)}
	w.Ok(h.Bids.Bids.Put(t.Context(), x))
	w.Ok(s.by.Withdraw(2))
	w.Settle()
	s.Visitor = s.enter(lang, s.by.Actor)
	return s
}

// enter is a browser in which somebody has just signed in.
func (s *secured) enter(lang string, a party.Actor) *sitetest.Visitor {
	v := s.h.Visitor(lang)
	v.Jar["session"], v.Jar["place"] = s.h.Session(a), a.Org+"/"+string(a.Role)
	return v
}

// section is what the page says about the security; "" if it says nothing.
func (s *secured) section() string {
	s.t.Helper()
	return strings.Join(strings.Fields(s.Get(s.at).Want(http.StatusOK).Find("#security").Text()), " ")
}

func (s *secured) says(when string, want ...string) {
	s.t.Helper()
	said := s.section()
	for _, what := range want {
		if !strings.Contains(said, what) {
			s.t.Errorf("%s, %q is not said: %s", when, what, said)
		}
	}
}

// A bidder is told of its own security from when nothing can come in any more:
// that it is owed, until when, that it came back, and what was recorded wrongly.
func TestWhatBecomesOfOnesOwnSecurity(t *testing.T) {
	for lang, words := range map[string]struct{ owed, late, back, wrong string }{
		"en": {"To be returned to you", "Overdue", "Returned", "Recorded wrongly, and corrected"},
		"zh": {"应退还给您", "逾期", "已退还", "误登记，已更正"},
	} {
		t.Run(lang, func(t *testing.T) {
			s := openSecured(t, lang)
			if said := s.section(); said != "" {
				t.Errorf("before the end it is said: %s", said)
			}
			s.w.Close()
			s.w.Shut()
			s.Visitor = s.enter(lang, s.by.Actor)
			s.says("while it is owed", words.owed, "1,234.50")
			if strings.Contains(s.section(), words.late) {
				t.Error("it is late at once")
			}
			p := s.Get(s.at)
			p.Has("#security time")
			if p.Find("#security form").Length() != 0 {
				t.Error("there is something to press")
			}

			x := s.w.Tender()
			day := rules.DateIn(x.Sealed, time.UTC)
			_, err := s.h.Securities.Return(t.Context(), x, s.w.Lot, s.by.Org, biddingtest.Officer, day)
			s.w.Ok(err)
			s.says("when it is back", words.back)
			s.Get(s.at).Has(`#security time[datetime="` + day.String() + `"]`)
			_, err = s.h.Securities.Correct(t.Context(), x, s.w.Lot, s.by.Org, biddingtest.Officer, biddingtest.Text("It went to another."), 1)
			s.w.Ok(err)
			s.says("when that was wrong", words.owed, words.wrong, "It went to another.")
			s.Get(s.at).Has(`#security s time[datetime="` + day.String() + `"]`)

			s.h.Set(x.Sealed.AddDate(0, 0, 15))
			s.Visitor = s.enter(lang, s.by.Actor)
			s.says("when it is overdue", words.owed, words.late)
		})
	}
}

// Nobody else is told, and nothing is said to who has given none.
func TestNobodyElsesSecurity(t *testing.T) {
	s := openSecured(t, "en")
	without := s.w.Bidder("without")
	without.Bid(1, "8")
	s.w.Close()
	s.w.Shut()
	s.Visitor = s.enter("en", without.Actor)
	if said := s.section(); said != "" {
		t.Errorf("who has given none reads: %s", said)
	}
}
