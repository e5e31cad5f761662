package app_test

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/documents/blob"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/server/audit"
	"probity/tender"
)

// watched is a procedure on a platform that keeps its uptime record.
type watched struct {
	*World
	house *apptest.House
	now   time.Time // of the engine
}

// near publishes a procedure and comes to so long before its deadline, by the
// legal clock.
func near(t *testing.T, left time.Duration, o apptest.Options) *watched {
	t.Helper()
	return nearOn(t, left, o, Terms{})
}

func nearOn(t *testing.T, left time.Duration, o apptest.Options, terms Terms) *watched {
	t.Helper()
	o.Uptime = true
	h := apptest.Open(t, o)
	w := &watched{World: New(t, h.Bidding(), terms), house: h, now: Published}
	_, err := h.Clock.Step(w.Ctx(), Officer, Deadline.Add(-left))
	w.Ok(err)
	h.Settle()
	return w
}

// pass lets time go by with the platform at work.
func (w *watched) pass(d time.Duration) {
	w.Helper()
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(min(time.Minute, end.Sub(w.now)))
		w.house.Set(w.now)
		w.beats(w.now)
	}
	w.house.Settle()
}

// beats waits for the beat that is due, if one is.
func (w *watched) beats(now time.Time) {
	w.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		last, err := w.house.Beats.Last(w.Ctx())
		w.Ok(err)
		if !last.Owed() || now.Sub(last.At) < time.Minute {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("no beat since %s; it is %s", last.At, now)
		}
	}
}

// away ends the platform and starts it again after so long.
func (w *watched) away(d time.Duration) {
	w.Helper()
	w.house.Close()
	w.now = w.now.Add(d)
	w.house.Set(w.now)
	w.house.Open()
	w.World.House = w.house.Bidding()
	w.beats(w.now)
	w.house.Settle()
}

func (w *watched) deadline() time.Duration {
	w.Helper()
	return w.Tender().Notice.Timetable.Deadline.Sub(Deadline)
}

// sound closes the procedure, and checks its archive as a stranger would.
func (w *watched) sound() *audit.Report {
	w.Helper()
	for p := w.Tender().Phase; p == tender.Published || p == tender.Closed; p = w.Tender().Phase {
		_, err := w.house.Clock.Step(w.Ctx(), Officer, w.Tender().WindowEnds())
		w.Ok(err)
		w.house.Settle()
	}
	var out bytes.Buffer
	_, err := audit.Build(w.Ctx(), &out, w.house.Sources(), w.ID, audit.Public)
	w.Ok(err)
	r, err := audit.Verify(w.Ctx(), bytes.NewReader(out.Bytes()), int64(out.Len()), audit.Trust{Log: []string{w.house.LogKey.Public}})
	w.Ok(err)
	checked := false
	for _, c := range r.Checks {
		checked = checked || c.Name == "notice.outage"
		if !c.OK {
			w.Errorf("%s %s: %s", c.Name, c.Subject, c.Text)
		}
	}
	if !checked {
		w.Error("nobody looked at outages")
	}
	return r
}

// TestOutageAcrossTheDeadline: the platform ends before the deadline and comes
// back after it. It does not close: it says that it was away, and moves the
// deadline; who could not hand in then, can now.
func TestOutageAcrossTheDeadline(t *testing.T) {
	w := near(t, 35*time.Minute, apptest.Options{})
	w.pass(2 * time.Minute)
	w.away(2 * time.Hour)
	if p := w.Tender().Phase; p != tender.Published {
		t.Fatalf("it is %s", p)
	}
	if got, want := w.deadline(), 24*time.Hour+2*time.Hour-33*time.Minute; got < want-time.Minute || got > want {
		t.Errorf("the deadline moves by %s, want about %s", got, want)
	}
	a := w.Bidder("alpha")
	w.Ok(a.Submit(a.Seal(1, "9")))
	w.pass(3 * time.Minute)
	w.sound()
	if n := len(w.Facts("tender.prolong")); n != 1 {
		t.Errorf("%d facts tell of one outage", n)
	}
}

// TestOutageBeforeTheDeadline moves it as soon as it has ended.
func TestOutageBeforeTheDeadline(t *testing.T) {
	w := near(t, 3*time.Hour, apptest.Options{})
	w.pass(2 * time.Minute)
	w.away(45 * time.Minute)
	first := w.deadline()
	if first < 21*time.Hour || first > 22*time.Hour {
		t.Errorf("the deadline moves by %s", first)
	}
	w.pass(2 * time.Minute)
	w.away(45 * time.Minute) // and again
	if again := w.deadline(); again < first+45*time.Minute || again > first+50*time.Minute {
		t.Errorf("the deadline moves by %s, then by %s", first, again)
	}
	w.sound()
}

// TestShortOutagesMoveNothing, until together they are long enough.
func TestShortOutagesMoveNothing(t *testing.T) {
	w := near(t, 3*time.Hour, apptest.Options{})
	w.pass(2 * time.Minute)
	w.away(2 * time.Minute) // none at all
	w.pass(2 * time.Minute)
	w.away(20 * time.Minute)
	if got := w.deadline(); got != 0 {
		t.Errorf("twenty minutes move the deadline by %s", got)
	}
	w.pass(2 * time.Minute)
	w.away(15 * time.Minute)
	if got := w.deadline(); got < 21*time.Hour {
		t.Errorf("twice moves it by %s", got)
	}
	w.sound()
}

// TestAShortOutageAcrossTheDeadline closes as if nothing had been.
func TestAShortOutageAcrossTheDeadline(t *testing.T) {
	w := near(t, 10*time.Minute, apptest.Options{})
	w.pass(2 * time.Minute)
	w.away(time.Hour)
	if x := w.Tender(); x.Phase == tender.Published || w.deadline() != 0 {
		t.Errorf("it is %s, moved by %s", x.Phase, w.deadline())
	}
	w.sound()
}

// TestOutageInTheGraceWindow: parts are taken for as long as the notice says.
// What an outage has taken of that is added, whether it ends within the window
// or long after, and nothing is opened before.
func TestOutageInTheGraceWindow(t *testing.T) {
	for _, c := range []struct {
		name       string
		down, adds time.Duration
	}{
		{"ends within", 20 * time.Minute, 20 * time.Minute},
		{"ends after the opening was to be", 5 * time.Hour, 5 * time.Hour},
		{"too short for one", 2 * time.Minute, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := nearOn(t, 5*time.Minute, apptest.Options{}, Terms{Grace: 60})
			a := w.Bidder("alpha")
			bid := a.Seal(1, "9")
			w.Ok(a.Submit(bid))
			w.pass(15 * time.Minute)
			if p := w.Tender().Phase; p != tender.Closed {
				t.Fatalf("it is %s", p)
			}
			planned := w.Tender().WindowEnds()
			w.away(c.down)
			x := w.Tender()
			// It counts from the last beat before to the first after.
			if added := x.WindowEnds().Sub(planned); x.Phase != tender.Closed || added < c.adds || added > c.adds+time.Minute || c.adds == 0 && added != 0 {
				t.Fatalf("it is %s, and its window is %s longer, want %s", x.Phase, added, c.adds)
			}
			if x.Opens().Before(x.WindowEnds()) || c.adds < time.Hour && !x.Opens().Equal(x.Notice.Timetable.Opens) {
				t.Errorf("the opening is at %s, and parts are taken until %s", x.Opens(), x.WindowEnds())
			}
			now, err := w.house.Clock.Now(w.Ctx())
			w.Ok(err)
			w.pass(x.WindowEnds().Sub(now) - 2*time.Minute)
			w.Ok(a.Upload(bid)) // the last moment
			w.pass(3 * time.Minute)
			if p := w.Tender().Phase; p != tender.Sealed {
				t.Errorf("behind its window it is %s", p)
			}
			if got := a.States(); len(got) != 1 || got[0] != bidding.Stored {
				t.Errorf("a bid whose parts came before the end is %v", got)
			}
			if n := len(w.Facts("tender.window-prolong")); (n == 1) != (c.adds > 0) || n > 1 {
				t.Errorf("%d facts tell of one outage", n)
			}
			w.sound()
		})
	}
}

// TestStepsAreNoOutage: a sandbox's clock is stepped over the deadline.
func TestStepsAreNoOutage(t *testing.T) {
	w := near(t, 3*time.Hour, apptest.Options{})
	w.pass(2 * time.Minute)
	w.sound()
	if w.deadline() != 0 {
		t.Errorf("a step moves the deadline by %s", w.deadline())
	}
	last, err := w.house.Beats.Last(w.Ctx())
	if err != nil || last.Outages != 0 {
		t.Errorf("%+v, %v", last, err)
	}
}

// flaky is a document store that can be made not to answer.
type flaky struct {
	blob.Store
	off atomic.Bool
}

func (f *flaky) Head(ctx context.Context, key string) (blob.Info, error) {
	if f.off.Load() {
		return blob.Info{}, errors.New("the document store does not answer")
	}
	return f.Store.Head(ctx, key)
}

// TestDocumentsThatDoNotAnswer are an outage although the log goes on, and
// while it lasts nothing is closed.
func TestDocumentsThatDoNotAnswer(t *testing.T) {
	f := &flaky{}
	w := near(t, 45*time.Minute, apptest.Options{Wrap: func(e app.Engines) app.Engines {
		f.Store = e.Objects
		e.Objects = f
		return e
	}})
	w.pass(2 * time.Minute)
	f.off.Store(true)
	for range 60 {
		w.now = w.now.Add(time.Minute)
		w.house.Set(w.now)
		time.Sleep(3 * time.Millisecond)
	}
	if p := w.Tender().Phase; p != tender.Published {
		t.Errorf("past the deadline it is %s", p)
	}
	f.off.Store(false)
	w.now = w.now.Add(time.Minute)
	w.house.Set(w.now)
	w.beats(w.now)
	w.house.Settle()
	if got := w.deadline(); got < 23*time.Hour {
		t.Errorf("the deadline moves by %s", got)
	}
	w.sound()
}
