package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/server/notify"
	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// town is a small platform: a buyer, a bidder, somebody who follows.
type town struct {
	*notify.Service
	t    *testing.T
	now  time.Time
	post *post
}

// post is a mail server that does as it is told.
type post struct {
	mu   sync.Mutex
	got  []notify.Letter
	fail error
}

type final struct{ error }

func (final) Permanent() bool { return true }

func (p *post) Send(_ context.Context, l notify.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return p.fail
	}
	p.got = append(p.got, l)
	return nil
}

const ocid = "ocds-213czf-1"

func open(t *testing.T) *town {
	x := &town{t: t, now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), post: &post{}}
	engine, err := bolt.Open(t.TempDir()+"/x.db", append(notify.Collections(), party.Users, party.Organisations), bolt.Options{Now: func() time.Time { return x.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	notice := &tender.Tender{Root: store.Root{ID: ocid}, Buyer: tender.OrgName{ID: "city"}, Published: x.now,
		Notice: tender.Notice{Title: text.Text{"en": "Road salt", "zh": "道路用盐"}}}
	x.Service = &notify.Service{Engine: engine, Mails: true, URL: "https://tenders.example/", Platform: "Probity",
		Users: store.Shelf[party.User, *party.User]{Engine: engine, Kind: party.Users.Kind},
		Orgs:  store.Shelf[party.Organisation, *party.Organisation]{Engine: engine, Kind: party.Organisations.Kind},
		Sources: notify.Sources{
			Tender: func(_ context.Context, id string) (*tender.Tender, error) {
				if id != ocid {
					return nil, fault.New(fault.Missing, "tender.missing", "There is no such tender.")
				}
				return notice, nil
			},
			Bidders: func(context.Context, string) ([]string, error) { return []string{"salt"}, nil },
			Complaint: func(context.Context, string) (string, bool, error) {
				return "", false, fault.New(fault.Missing, "complaint.missing", "There is no such complaint.")
			},
		}}
	for _, u := range []struct {
		id, org string
		kind    party.OrgKind
		role    party.Role
		speaks  []string
	}{
		{"olga", "city", party.KindBuyer, party.RoleOfficer, nil},
		{"anna", "city", party.KindBuyer, party.RoleApprover, nil},
		{"wei", "salt", party.KindSupplier, party.RoleRepresentative, []string{"zh-CN", "en"}},
		{"fan", "", "", "", []string{"en"}},
	} {
		p := &party.User{Root: store.Root{ID: u.id}, Email: u.id + "@example.org", Name: u.id, Languages: u.speaks, Created: x.now, Confirmed: x.now}
		if u.org != "" {
			p.Memberships = []party.Membership{{Org: u.org, Kind: u.kind, Roles: []party.Role{u.role}, Since: x.now}}
		}
		if err := x.Users.Put(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func self(user string) party.Actor { return party.Actor{User: user, Role: party.RolePublic} }

func fact(name string, at time.Time) event.Event {
	f := event.New(name, ocid, "olga", at, map[string]any{})
	f.ID = "tender/" + ocid + "#1"
	return f
}

// take tells of a fact, twice: doing it again changes nothing.
func (x *town) take(name string, n int) {
	x.t.Helper()
	f := fact(name, x.now)
	f.ID = fmt.Sprintf("tender/%s#%d", ocid, n)
	for range 2 {
		if err := x.Take(x.t.Context(), f); err != nil {
			x.t.Fatal(err)
		}
	}
}

// told lists what a person was told, newest first.
func (x *town) told(user string) string {
	x.t.Helper()
	list, _, err := x.Inbox(x.t.Context(), self(user), "", 50)
	if err != nil {
		x.t.Fatal(err)
	}
	var all []string
	for _, n := range list {
		all = append(all, string(n.Kind))
	}
	return strings.Join(all, " ")
}

func (x *town) deliver() {
	x.t.Helper()
	if _, err := x.Deliver(x.t.Context(), x.post); err != nil {
		x.t.Fatal(err)
	}
}

func TestWhoIsTold(t *testing.T) {
	x := open(t)
	if err := x.Watch(t.Context(), self("fan"), ocid); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"tender.submit", "tender.amend", "enquiry.answer", "user.edit", "bid.submit"} {
		x.now = x.now.Add(time.Minute)
		x.take(name, i+1)
	}
	for user, want := range map[string]string{"anna": "approve", "wei": "answer change", "fan": "answer change", "olga": ""} {
		if got := x.told(user); got != want {
			t.Errorf("%s is told %q, not %q", user, got, want)
		}
	}
	if err := x.Unwatch(t.Context(), self("fan"), ocid); err != nil {
		t.Fatal(err)
	}
	x.take("tender.cancel", 9)
	if got := x.told("fan"); strings.Contains(got, "cancelled") {
		t.Error("who has stopped following is told")
	}
}

// Who bids and who follows get the same words, so that no list tells them apart.
func TestBiddersLookLikeFollowers(t *testing.T) {
	x := open(t)
	if err := x.Watch(t.Context(), self("fan"), ocid); err != nil {
		t.Fatal(err)
	}
	x.take("tender.amend", 1)
	a, _, _ := x.Inbox(t.Context(), self("wei"), "", 1)
	b, _, _ := x.Inbox(t.Context(), self("fan"), "", 1)
	if a[0].Text()["en"] != b[0].Text()["en"] || a[0].Path != b[0].Path || a[0].Kind != b[0].Kind {
		t.Errorf("%+v %+v", a[0], b[0])
	}
}

func TestLetters(t *testing.T) {
	x := open(t)
	x.take("tender.amend", 1)
	x.take("tender.submit", 2)
	x.deliver()
	x.deliver()
	if len(x.post.got) != 2 {
		t.Fatalf("%d letters", len(x.post.got))
	}
	for _, l := range x.post.got {
		switch l.To {
		case "wei@example.org":
			if l.Lang != "zh" || !strings.Contains(l.Subject, "道路用盐") || !strings.Contains(l.Body, "https://tenders.example/tenders/"+ocid) || strings.Contains(l.Body, "{") {
				t.Errorf("%+v", l)
			}
		case "anna@example.org":
			if l.Lang != "en" || !strings.Contains(l.Subject, "Road salt") || !strings.Contains(l.Body, "/account/notices/choices") {
				t.Errorf("%+v", l)
			}
		default:
			t.Error("a letter to", l.To)
		}
	}
}

func TestChoices(t *testing.T) {
	x := open(t)
	if err := x.Choose(t.Context(), self("wei"), []notify.Kind{notify.Change}); err != nil {
		t.Fatal(err)
	}
	x.take("tender.amend", 1)
	x.take("tender.cancel", 2)
	x.deliver()
	if len(x.post.got) != 1 || !strings.Contains(x.post.got[0].Subject, "终止") {
		t.Errorf("%+v", x.post.got)
	}
	if x.told("wei") != "cancelled change" && x.told("wei") != "change cancelled" {
		t.Error("the pages say less than they should:", x.told("wei"))
	}
	if err := x.Choose(t.Context(), self("wei"), []notify.Kind{"gossip"}); fault.From(err).Kind != fault.Invalid {
		t.Error(err)
	}
}

// A mail server that is away costs no letter; one that refuses is believed.
func TestFailures(t *testing.T) {
	x := open(t)
	x.take("tender.submit", 1)
	x.post.fail = errors.New("connection refused\r\nBcc: x")
	x.deliver()
	x.deliver() // not yet: it waits
	x.now = x.now.Add(30 * time.Second)
	x.deliver()
	x.post.fail = nil
	x.deliver()
	if len(x.post.got) != 0 {
		t.Fatal("it did not wait")
	}
	x.now = x.now.Add(time.Minute)
	x.deliver()
	if len(x.post.got) != 1 {
		t.Fatal("the letter is lost")
	}
	x.take("tender.submit", 2)
	x.post.fail = final{errors.New("550 no such mailbox")}
	x.deliver()
	admin := party.Actor{User: "ada", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}
	dead, _, err := x.DeadLetters(t.Context(), admin, "", 10)
	if err != nil || len(dead) != 1 || dead[0].Why != "550 no such mailbox" {
		t.Fatal(dead, err)
	}
	if _, _, err := x.DeadLetters(t.Context(), self("wei"), "", 10); fault.From(err).Kind == fault.Missing || err == nil {
		t.Error("anybody sees what was not delivered:", err)
	}
	x.post.fail = nil
	if err := x.Again(t.Context(), admin, dead[0].ID); err != nil {
		t.Fatal(err)
	}
	x.deliver()
	if len(x.post.got) != 2 {
		t.Error("it was not tried again")
	}
	x.take("tender.submit", 3)
	x.post.fail = errors.New("away")
	for range 30 {
		x.now = x.now.Add(7 * time.Hour)
		x.deliver()
	}
	if due, gone, err := x.Queue(t.Context()); due != 0 || gone != 1 || err != nil {
		t.Error("it is tried for ever:", due, gone, err)
	}
}

// crash takes the letter and dies before that is noted.
type crash struct{ *post }

func (c crash) Send(ctx context.Context, l notify.Letter) error {
	_ = c.post.Send(ctx, l)
	panic("the power went")
}

func TestCrashBetweenSendingAndNoting(t *testing.T) {
	x := open(t)
	x.take("tender.submit", 1)
	func() {
		defer func() { _ = recover() }()
		_, _ = x.Deliver(t.Context(), crash{x.post})
	}()
	x.deliver() // another server has it, as far as anybody knows
	if len(x.post.got) != 1 {
		t.Fatal("sent by two at once")
	}
	x.now = x.now.Add(3 * time.Minute)
	x.deliver()
	if len(x.post.got) != 2 || x.post.got[0].ID != x.post.got[1].ID {
		t.Fatalf("at least once, under one id: %+v", x.post.got)
	}
}

func TestTwoServersSendOnce(t *testing.T) {
	x := open(t)
	for i := range 20 {
		x.take("tender.submit", i+1)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { _, _ = x.Deliver(t.Context(), x.post) })
	}
	all.Wait()
	if len(x.post.got) != 20 {
		t.Errorf("%d letters of 20", len(x.post.got))
	}
}

func TestReading(t *testing.T) {
	x := open(t)
	for i := range 12 {
		x.take("tender.submit", i+1)
	}
	if n, err := x.Unread(t.Context(), "anna"); n != notify.CountMost || err != nil {
		t.Error("the count has no bound:", n, err)
	}
	list, _, _ := x.Inbox(t.Context(), self("anna"), "", 1)
	if _, err := x.Notice(t.Context(), self("wei"), list[0].ID); fault.From(err).Kind != fault.Missing {
		t.Error("one reads what another was told:", err)
	}
	if err := x.MarkRead(t.Context(), self("wei"), list[0].ID); fault.From(err).Kind != fault.Missing {
		t.Error(err)
	}
	if err := x.MarkRead(t.Context(), self("anna"), ""); err != nil {
		t.Fatal(err)
	}
	if n, _ := x.Unread(t.Context(), "anna"); n != 0 {
		t.Errorf("%d are unread", n)
	}
	x.deliver() // read ones are sent all the same: the letter is on its way
	if len(x.post.got) != 12 {
		t.Error(len(x.post.got))
	}
}

// After a restore the whole log is carried again.
func TestOldFactsAreNotToldAgain(t *testing.T) {
	x := open(t)
	f := event.New("tender.submit", ocid, "olga", x.now, map[string]any{})
	f.ID = "tender/x#1"
	x.now = x.now.Add(15 * 24 * time.Hour)
	if err := x.Take(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if x.told("anna") != "" {
		t.Error("old news is told")
	}
	x.take("tender.submit", 2)
	x.now = x.now.Add(200 * 24 * time.Hour)
	if err := x.Sweep(t.Context()); err != nil || x.told("anna") != "" {
		t.Error("nothing is ever forgotten", err)
	}
}

// What a notice is about may be gone, or strange; the reader must go on.
func TestStrangeFacts(t *testing.T) {
	x := open(t)
	for i, topic := range []string{"none", ocid, ""} {
		for _, name := range []string{"tender.amend", "award.notice", "organisation.confirm", "user.roles", "complaint.file"} {
			f := event.New(name, topic, "olga", x.now, map[string]any{"organisation": "gone", "user": 7, "bidder": []string{}})
			f.ID = fmt.Sprintf("%s#%d", name, i)
			if err := x.Take(t.Context(), f); err != nil {
				t.Errorf("%s of %q: %v", name, topic, err)
			}
		}
	}
}

func TestWordsAreThere(t *testing.T) {
	for _, k := range notify.Kinds() {
		for _, lang := range notify.Languages {
			if k.Name()[lang] == "" {
				t.Errorf("%s has no name in %s", k, lang)
			}
			n := &notify.Notice{Kind: k, Title: text.Text{"en": "T{{.}}<b>", "zh": "T{{.}}<b>"}}
			if s := n.Text()[lang]; !strings.Contains(s, "T{{.}}<b>") {
				t.Errorf("%s in %s: %q", k, lang, s)
			}
		}
	}
}

// A complaint that its reviewers have not taken yet is no news to the buyer.
func TestBuyersHearOfHeardComplaints(t *testing.T) {
	x := open(t)
	heard := false
	x.Sources.Complaint = func(context.Context, string) (string, bool, error) { return "salt", heard, nil }
	file := func(n int) {
		f := event.New("complaint.file", ocid, "wei", x.now, map[string]any{"complaint": "c/1"})
		f.ID = fmt.Sprintf("complaint/1#%d", n)
		if err := x.Take(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	file(1)
	if got := x.told("olga"); got != "" {
		t.Errorf("the buyer is told %q", got)
	}
	heard = true
	file(2)
	list, _, err := x.Inbox(t.Context(), self("olga"), "", 9)
	if err != nil || len(list) != 1 || list[0].Path != "/buy/complaints/c%2F1" {
		t.Errorf("%+v %v", list, err)
	}
}
