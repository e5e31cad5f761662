package main

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/server/app/enginetest"
)

// watch follows the events of an opening at a server, as a browser does: it
// sends what it is told until the line ends.
func (s *server) watch(t *testing.T, session, opening string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.listen+"/open/openings/"+opening+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", "session="+session)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("no stream: %s", res.Status)
	}
	told := make(chan string, 100)
	go func() {
		defer close(told)
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				told <- data
			}
		}
	}()
	return told
}

// TestLivePages: whoever watches an opening sees it go on, at whichever server,
// and whoever does the work. A server that ends lets go of its watchers at once;
// they come back to another.
func TestLivePages(t *testing.T) {
	t.Parallel()
	f := newFleet(t, enginetest.Fresh(t), 2)
	w := biddingtest.New(t, f.Bidding(), biddingtest.Terms{})
	w.Bidder("firm").Bid(1, "12")
	f.rest()
	d := w.Tender().Notice.Timetable
	for _, at := range []time.Time{d.Deadline, d.WindowEnds(), d.Opens} {
		w.Set(at)
		f.rest()
	}
	o, err := w.Openings.Announce(w.Ctx(), biddingtest.Officer, w.ID, w.Lot, "bid")
	w.Ok(err)
	f.rest()
	session := f.Session(w.Openers()[0].Actor)
	var streams []<-chan string
	for _, s := range f.servers {
		streams = append(streams, s.watch(t, session, o.ID))
	}
	hear := func(what string) {
		t.Helper()
		for i, told := range streams {
			for timeout := time.After(time.Minute); ; {
				var news string
				var ok bool
				select {
				case news, ok = <-told:
				case <-timeout:
				}
				if !ok {
					t.Fatalf("server %d does not tell of %q", i, what)
				}
				if strings.Contains(news, `"state":"`+what+`"`) {
					break
				}
			}
		}
	}
	hear(string(bidding.Announced))
	for _, opener := range w.Openers() {
		w.Ok(w.Send(opener, o.ID, w.Shares(opener, o.ID)))
	}
	_, err = w.Openings.Combine(w.Ctx(), biddingtest.Officer, o.ID)
	w.Ok(err)
	hear(string(bidding.Recorded))

	f.servers[0].stop() // in good order, though somebody watches
	for range streams[0] {
	}
	again := f.servers[1].watch(t, session, o.ID)
	if news := <-again; !strings.Contains(news, string(bidding.Recorded)) {
		t.Errorf("at the other server: %s", news)
	}
}
