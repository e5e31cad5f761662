package notify_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"probity/server/notify"
	"probity/tender/event"
	"probity/tender/fault"
)

// saved gives two people searches that the tender fits.
func saved(x *town) (quieted *[]string) {
	quieted = new([]string)
	x.Key = []byte("a key of this test")
	x.Sources.Searches = func(context.Context, event.Event) (map[string][]notify.Search, error) {
		return map[string][]notify.Search{
			"wei":  {{ID: "s1", Name: "Salt"}, {ID: "s2", Name: "Roads\r\nBcc: x"}, {ID: "s3", Name: "All", Quiet: true}},
			"fan":  {{ID: "s1", Name: "Salt", Quiet: true}},
			"olga": {{ID: "s1", Name: "Own"}},
		}, nil
	}
	x.Sources.Quieten = func(_ context.Context, user string, ids []string) error {
		*quieted = append(*quieted, user+" "+strings.Join(ids, ","))
		return nil
	}
	return quieted
}

// One mail tells of all searches that a tender fits; quiet ones are in the
// pages only.
func TestFittingSearches(t *testing.T) {
	x := open(t)
	saved(x)
	x.take("tender.publish", 1)
	x.deliver()
	if x.told("wei") != "fitting" || x.told("fan") != "fitting" || x.told("olga") != "" {
		t.Errorf("told: wei %q, fan %q, olga %q", x.told("wei"), x.told("fan"), x.told("olga"))
	}
	if len(x.post.got) != 1 {
		t.Fatalf("%d letters", len(x.post.got))
	}
	l := x.post.got[0]
	if l.To != "wei@example.org" || !strings.Contains(l.Body, "- Salt\r\n- Roads Bcc: x\r\n") || strings.Contains(l.Body, "All") || strings.Contains(l.Body, "{") {
		t.Errorf("%+v", l)
	}
	if !strings.HasPrefix(l.Stop, "https://tenders.example/mail/stop/") || !strings.Contains(l.Body, l.Stop) {
		t.Errorf("the letter cannot be stopped: %q in %q", l.Stop, l.Body)
	}
	x.take("tender.amend", 2)
	x.deliver()
	if last := x.post.got[len(x.post.got)-1]; last.Stop != "" {
		t.Errorf("other mail has a link that stops it: %+v", last)
	}
}

func TestNobodyWhoWantsNoMail(t *testing.T) {
	x := open(t)
	saved(x)
	if err := x.Choose(t.Context(), self("wei"), []notify.Kind{notify.Fitting}); err != nil {
		t.Fatal(err)
	}
	x.take("tender.publish", 1)
	x.deliver()
	if len(x.post.got) != 0 || x.told("wei") != "fitting" {
		t.Errorf("%+v", x.post.got)
	}
}

func TestStopping(t *testing.T) {
	x := open(t)
	quieted := saved(x)
	x.take("tender.publish", 1)
	x.take("tender.amend", 2)
	x.deliver()
	i := slices.IndexFunc(x.post.got, func(l notify.Letter) bool { return l.Stop != "" })
	ticket := strings.TrimPrefix(x.post.got[i].Stop, "https://tenders.example/mail/stop/")
	list, err := x.Stoppable(t.Context(), ticket)
	if err != nil || len(list) != 2 || list[0].Name != "Salt" {
		t.Fatal(list, err)
	}
	if len(*quieted) != 0 {
		t.Error("looking stops it")
	}
	for range 2 {
		if err := x.Stop(t.Context(), ticket); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(*quieted, " "); got != "wei s1,s2 wei s1,s2" {
		t.Errorf("%q", got)
	}
	id, mac, _ := strings.Cut(ticket, "-")
	for _, bad := range []string{"", "-", id, id + "-", id + "-" + mac[:31] + "x", mac + "-" + id, "x" + ticket, ticket + "0"} {
		if err := x.Stop(t.Context(), bad); fault.From(err).Kind != fault.Missing {
			t.Errorf("%q: %v", bad, err)
		}
	}
	x.Key = nil
	if err := x.Stop(t.Context(), ticket); fault.From(err).Kind != fault.Missing {
		t.Error("without a key anything is good:", err)
	}
	if len(*quieted) != 2 {
		t.Error("a forged link stops mail")
	}
}

// A reader that cannot look up searches tries again; nobody is told twice.
func TestSearchesAreAway(t *testing.T) {
	x := open(t)
	saved(x)
	good := x.Sources.Searches
	x.Sources.Searches = func(context.Context, event.Event) (map[string][]notify.Search, error) {
		return nil, fault.New(fault.Busy, "engine.away", "Try again.")
	}
	f := fact("tender.publish", x.now)
	if err := x.Take(t.Context(), f); err == nil {
		t.Fatal("a failure was taken for nobody")
	}
	x.Sources.Searches = good
	for range 3 {
		if err := x.Take(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	x.deliver()
	if x.told("wei") != "fitting" || len(x.post.got) != 1 {
		t.Errorf("%q, %d letters", x.told("wei"), len(x.post.got))
	}
}
