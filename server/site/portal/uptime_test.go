package portal_test

import (
	"strings"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/site/sitetest"
)

// The record is empty until bids are taken, then says that all is well, and
// names an outage once there was one.
func TestUptime(t *testing.T) {
	x := sitetest.OpenAs(t, apptest.Options{Uptime: true})
	v := x.Visitor("zh")
	until := func(sign string) *sitetest.Page {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			p := v.Get("/uptime").Want(200)
			if p.Find(sign).Length() > 0 {
				return p
			}
			if time.Now().After(end) {
				t.Fatalf("waited in vain for %s: %s", sign, p.Said("main"))
			}
		}
	}
	until(".pb-empty")
	biddingtest.New(t, x.Bidding(), biddingtest.Terms{})
	if p := until(".pb-facts"); p.Find("tbody tr").Length() != 0 || !strings.Contains(p.Said(".pb-facts"), "100.000%") {
		t.Errorf("without an outage: %s", p.Said("main"))
	}
	x.Stop()
	x.Pass(61*time.Minute + 1500*time.Millisecond)
	x.Start()
	p := until("tbody tr")
	if got := p.Said("tbody tr"); !strings.Contains(got, "61 分 2 秒") {
		t.Errorf("the outage is %s", got)
	}
	if got := p.Said(".pb-facts"); !strings.Contains(got, "0.000%") {
		t.Errorf("the share is %s", got)
	}
}
