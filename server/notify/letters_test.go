package notify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"probity/server/notify"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/text"
)

var keeper = party.Actor{User: "ada", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}

// slips answers for accounts and invitations, by what they are about.
func (x *town) slips(known map[string]notify.Slip) {
	x.Sources.Slip = func(_ context.Context, kind notify.Kind, about string, at time.Time) (notify.Slip, error) {
		p, ok := known[string(kind)+" "+about]
		if !ok {
			return p, fault.New(fault.Missing, "letter.missing", "There is nobody to write to.")
		}
		return p, nil
	}
}

func (x *town) fact(name string, data map[string]any) {
	x.t.Helper()
	f := event.New(name, "", "anybody", x.now, data)
	f.ID = "x/" + name + "#1"
	for range 2 {
		if err := x.Take(x.t.Context(), f); err != nil {
			x.t.Fatal(err)
		}
	}
}

func TestLettersGoToAddresses(t *testing.T) {
	x := open(t)
	until := x.now.AddDate(0, 0, 3)
	x.slips(map[string]notify.Slip{
		"address new":  {To: "new@example.org", Link: "https://tenders.example/confirm?ticket=A", Until: until},
		"moving wei":   {To: "wei@example.org", Languages: []string{"zh-CN"}, Link: "https://tenders.example/account/sessions"},
		"invited i-17": {To: "ines@example.org", Link: "https://tenders.example/invitation?ticket=B", Until: until, Title: text.Text{"en": "The City", "zh": "市政府"}},
	})
	x.fact("user.register", map[string]any{"user": "new", "organisation": "o"})
	x.fact("account.address-new", map[string]any{"user": "wei"}) // its new address has become pointless
	x.fact("user.invite", map[string]any{"invitation": "i-17", "organisation": "city", "roles": []string{"officer"}})
	x.fact("user.join", map[string]any{"user": "new", "organisation": "o"})
	x.deliver()
	x.deliver()
	got := map[string]notify.Letter{}
	for _, l := range x.post.got {
		got[l.To] = l
	}
	if len(x.post.got) != 3 || len(got) != 3 {
		t.Fatalf("%+v", x.post.got)
	}
	for to, want := range map[string][]string{
		"new@example.org":  {"Please confirm", "https://tenders.example/confirm?ticket=A", "2026-03-04 09:00 UTC", "Probity"},
		"wei@example.org":  {"您的电子邮件地址", "https://tenders.example/account/sessions"},
		"ines@example.org": {"The City", "https://tenders.example/invitation?ticket=B", "2026-03-04"},
	} {
		l := got[to]
		for _, w := range want {
			if !strings.Contains(l.Subject+l.Body, w) {
				t.Errorf("%s does not read %q: %s %s", to, w, l.Subject, l.Body)
			}
		}
		if l.Choices != "" || l.Name != "" || strings.Contains(l.Body, "{") {
			t.Errorf("%+v", l)
		}
	}
	if due, dead, err := x.Queue(t.Context()); due+dead != 0 || err != nil {
		t.Errorf("%d letters are left, %v", due+dead, err)
	}
	for _, user := range []string{"new", "wei", ""} {
		if told := x.inbox(user); told != 0 {
			t.Errorf("%q has %d letters among the notices", user, told)
		}
	}
}

// inbox counts what somebody was told.
func (x *town) inbox(user string) int {
	list, _, err := x.Inbox(x.t.Context(), self(user), "", 50)
	if err != nil && user != "" {
		x.t.Fatal(err)
	}
	return len(list)
}

// What happens is not mailed to an address that may be somebody else's.
func TestNoNoticesToUnconfirmedAddresses(t *testing.T) {
	x := open(t)
	u, err := x.Users.Get(t.Context(), "wei")
	if err != nil {
		t.Fatal(err)
	}
	u.Confirmed = time.Time{}
	if err := x.Users.Put(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	x.take("tender.amend", 1)
	x.deliver()
	if len(x.post.got) != 0 {
		t.Errorf("%+v", x.post.got)
	}
	if got := x.told("wei"); got != "change" {
		t.Errorf("in the pages wei is told %q", got)
	}
}

// Where no mail is sent, no letter waits for the day that it is.
func TestNoLettersWithoutMail(t *testing.T) {
	x := open(t)
	x.Mails = false
	x.fact("user.register", map[string]any{"user": "new", "organisation": "o"})
	x.Mails = true
	x.deliver()
	if due, dead, err := x.Queue(t.Context()); due+dead != 0 || err != nil || len(x.post.got) != 0 {
		t.Errorf("%d wait, %d were sent, %v", due+dead, len(x.post.got), err)
	}
}

func TestALetterThatIsGivenUp(t *testing.T) {
	x := open(t)
	x.slips(map[string]notify.Slip{"address new": {To: "new@example.org", Link: "https://tenders.example/confirm?ticket=A"}})
	x.fact("account.address-asked", map[string]any{"user": "new"})
	x.post.fail = final{context.DeadlineExceeded}
	x.deliver()
	list, _, err := x.DeadLetters(t.Context(), keeper, "", 10)
	if err != nil || len(list) != 1 || list[0].User != "" || list[0].Kind != notify.Address || list[0].Kind.Name()["zh"] == "" {
		t.Fatalf("%+v %v", list, err)
	}
	x.post.fail = nil
	if err := x.Again(t.Context(), keeper, list[0].ID); err != nil {
		t.Fatal(err)
	}
	x.deliver()
	if len(x.post.got) != 1 {
		t.Errorf("%+v", x.post.got)
	}
}
