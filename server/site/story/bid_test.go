package story_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"probity/bidding"
	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/party"
)

func (s *story) wizard() string { return "/bid/tenders/" + s.id + "/lots/" + s.lot }

// offers fills in a bid: what each item costs, and that the requirement is met.
func (s *story) offers(by party.Actor, prices ...string) *browsertest.Page {
	s.t.Helper()
	p := s.device(by)
	p.Wizard(s.wizard())
	for i, price := range prices {
		p.Type(fmt.Sprintf("#price-%d", i), price)
	}
	p.Click("#met-0-yes + label")
	p.Type("[data-passphrase]", browsertest.Passphrase)
	return p
}

// stands demands how the versions of somebody's bid stand.
func (s *story) stands(by party.Actor, want ...bidding.State) {
	s.t.Helper()
	x, err := s.site.Bids.Own(s.whole.Context(), by, s.id, s.lot)
	if err != nil {
		s.t.Fatal(err)
	}
	var got []bidding.State
	for _, v := range x.Versions {
		got = append(got, v.State)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("the bid of %s is %v, not %v", by.Org, got, want)
	}
}

// brokenLine registers a bid, loses the line before the documents are there,
// closes the tab, and goes on in another.
func (s *story) brokenLine() {
	file := filepath.Join(s.whole.TempDir(), "method 方法.txt")
	if err := os.WriteFile(file, bytes.Repeat([]byte("We salt every road. "), 20000), 0o600); err != nil {
		s.t.Fatal(err)
	}
	p := s.offers(s.aurora, "100", "110.50")
	p.Upload("#files-technical", file)
	p.Until(`document.querySelector('[data-file-list="technical"] [data-name]')`)
	p.Cut("/upload/*")
	p.Click("[data-seal]")
	p.Until(`document.querySelector('[data-bid]').dataset.step === 'waiting'`)
	s.stands(s.aurora, bidding.Registered)
	p.Go("/bid")
	p.Until(`document.querySelectorAll('[data-pending] li').length === 1`)
	p.Cut()
	p.Go(s.wizard())
	p.Received()
	s.stands(s.aurora, bidding.Stored)
}

// replaced seals a bid in Chinese on a telephone, and then a better one.
func (s *story) replaced() {
	s.offers(bamboo, "130", "140").Click("[data-seal]")
	s.at(bamboo).Received()
	p := s.offers(bamboo, "95", "99")
	p.Click("[data-seal]")
	p.Until(`location.pathname.endsWith('/receipt')`)
	p.Received()
	s.stands(bamboo, bidding.Replaced, bidding.Stored)
}

func (s *story) third() {
	s.offers(cedar, "120", "120").Click("[data-seal]")
	s.at(cedar).Received()
	s.stands(cedar, bidding.Stored)
}

// closing lets the deadline, the window and the time of opening come.
func (s *story) closing() {
	dates := s.tender().Notice.Timetable
	s.pass(dates.Deadline)
	p := s.at(cedar)
	p.Go(s.wizard())
	if p.Has("[data-seal]") {
		s.t.Error("after the deadline the page takes bids")
	}
	s.pass(dates.WindowEnds())
	s.pass(dates.Opens)
	if phase := s.tender().Lot(s.lot).Phase; phase != tender.Waiting {
		s.t.Errorf("the lot is %s", phase)
	}
}

func (s *story) opensTechnical() { s.opens(tender.Technical) }
func (s *story) opensPrices() {
	s.opens(tender.Financial)
	for _, price := range []string{"12,210.00", "11,480.00", "14,400.00"} {
		s.says(officer, "[data-live-part=record]", price)
	}
}

// opens has the officer announce an envelope, two of three openers release it,
// and the officer combine what they gave.
func (s *story) opens(envelope string) {
	s.t.Helper()
	o := s.at(officer)
	o.Go("/open/tenders/" + s.id)
	o.Submit(`form[action$="/announce"]:has([value="` + envelope + `"]) button`)
	s.site.Settle()
	ceremony := o.Here()
	for _, by := range committee(party.RoleOpener)[:2] {
		s.at(by).Release(ceremony)
	}
	o.Go(ceremony)
	o.Submit(`form[action$="/combine"] button`)
	s.site.Settle()
	o.Go(ceremony)
	var n int
	o.Eval(`document.querySelectorAll('[data-live-part=record] tbody .govuk-tag--green').length`, &n)
	if n != 3 {
		s.t.Fatalf("%d bids are opened: %s", n, o.Text("main"))
	}
}
