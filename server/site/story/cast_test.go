package story_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/store"
)

// story is where the purchase stands.
type story struct {
	t     *testing.T // of the chapter
	whole *testing.T
	site  *apptest.Site
	tabs  map[string]*tab
	now   time.Time

	id, lot string      // of the tender
	path    string      // of its pages at the buyer's desk
	deal    string      // path of the contract at the buyer's desk
	aurora  party.Actor // registers herself
	maria   login       // an evaluator with a password of her own
}

// tab is somebody's browser.
type tab struct {
	*browsertest.Page
	since time.Time // when they signed in
	key   bool      // it keeps a device key
}

// login is how somebody signs in.
type login struct {
	party.Actor
	email, secret string
}

// The people whom the platform knows at the beginning.
var (
	officer  = biddingtest.Officer
	approver = biddingtest.Approver
	auditor  = biddingtest.Auditor
	keeper   = party.Actor{User: "u-keeper", Name: "Ada Keeper", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}
	head     = biddingtest.Person("u-head", biddingtest.Buyer, party.KindBuyer, party.RoleAdministrator)
	manager  = biddingtest.Person("u-manager", biddingtest.Buyer, party.KindBuyer, party.RoleContractManager)
	bamboo   = biddingtest.Person("u-bamboo", "org-bamboo", party.KindSupplier, party.RoleRepresentative)
	cedar    = biddingtest.Person("u-cedar", "org-cedar", party.KindSupplier, party.RoleRepresentative)
	citizen  = party.Actor{}
)

// panel are the evaluators: two whom the platform knows, and Maria.
func (s *story) panel() []party.Actor {
	return append(committee(party.RoleEvaluator)[:2], s.maria.Actor)
}

// committee are three people of the buyer in a role.
func committee(role party.Role) (list []party.Actor) {
	for i := range 3 {
		list = append(list, biddingtest.Person(fmt.Sprintf("u-%s-%d", role, i+1), biddingtest.Buyer, party.KindBuyer, role))
	}
	return list
}

// looks says how people look at pages; the others do so in English on a desk.
var looks = map[string]browsertest.Look{
	officer.User:    {NoScript: true},
	auditor.User:    {NoScript: true},
	citizen.User:    {NoScript: true},
	bamboo.User:     {Lang: "zh", Width: 390},
	"u-opener-2":    {Width: 320},
	"u-evaluator-2": {Lang: "zh", Width: 320},
}

// begin opens the platform on a Monday that is still to come, so that what it
// tells browsers to keep is not over by their own clocks.
func begin(t *testing.T) *story {
	browsertest.Need(t)
	day := time.Now().UTC().AddDate(0, 0, 2).Truncate(24 * time.Hour)
	for day.Weekday() != time.Monday {
		day = day.AddDate(0, 0, 1)
	}
	now := day.Add(8 * time.Hour)
	h := apptest.Open(t, apptest.Options{Now: now})
	s := &story{t: t, whole: t, site: h.Serve(t), tabs: map[string]*tab{}, now: now}
	w := &biddingtest.World{TB: t, House: h.Bidding()}
	for id, kind := range map[string]party.OrgKind{biddingtest.Buyer: party.KindBuyer, biddingtest.Oversight: party.KindOversight, bamboo.Org: party.KindSupplier,
		cedar.Org: party.KindSupplier, keeper.Org: party.KindOversight} {
		w.Org(id, kind)
	}
	for _, by := range append(append(committee(party.RoleOpener), committee(party.RoleEvaluator)[:2]...), approver, officer) {
		h.Session(by) // they have a place
	}
	return s
}

// at is somebody's browser. Who was signed in before the clock moved signs in
// again.
func (s *story) at(by party.Actor) *browsertest.Page {
	s.t.Helper()
	x := s.tabs[by.User]
	if x == nil {
		x = &tab{Page: browsertest.Open(s.whole, s.site.URL, looks[by.User])}
		s.tabs[by.User] = x
	}
	x.For(s.t)
	if by.User != "" && !x.since.Equal(s.now) {
		x.SignIn(s.site.House, by)
		x.since = s.now
	}
	return x.Page
}

// newcomer is a browser of somebody whom the platform does not know yet; settled
// says who that has become.
func (s *story) newcomer() *browsertest.Page {
	s.t.Helper()
	p := browsertest.Open(s.whole, s.site.URL, browsertest.Look{})
	p.For(s.t)
	return p
}

func (s *story) settled(p *browsertest.Page, email string) party.Actor {
	s.t.Helper()
	by := s.person(email)
	s.tabs[by.User] = &tab{Page: p, since: s.now}
	return by
}

// device is somebody's browser with a key to sign with.
func (s *story) device(by party.Actor) *browsertest.Page {
	s.t.Helper()
	p := s.at(by)
	if x := s.tabs[by.User]; !x.key {
		x.key = true
		p.Enrol()
	}
	return p
}

// pass moves the clock and waits for what it brings about.
func (s *story) pass(to time.Time) {
	s.t.Helper()
	s.now = to
	s.site.Set(to)
	s.site.Settle()
}

// tender is the procedure as it is stored: the test looks, it does not touch.
func (s *story) tender() *tender.Tender {
	s.t.Helper()
	x, err := s.site.Tenders.Tenders.Get(s.whole.Context(), s.id)
	if err != nil {
		s.t.Fatal(err)
	}
	return x
}

// code is the next code of a second factor: time moves on, since no code is
// taken twice.
func (s *story) code(secret string) string {
	s.t.Helper()
	s.now = s.now.Add(30 * time.Second)
	s.site.Set(s.now)
	c, err := totp.GenerateCode(secret, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// factor has somebody who has just come in make a second factor.
func (s *story) factor(p *browsertest.Page) (secret string) {
	s.t.Helper()
	if p.Here() != "/account/factor" {
		s.t.Fatalf("a newcomer is at %s: %s", p.Here(), p.Text("main"))
	}
	p.Submit(`form[action="/account/factor"] button`)
	secret = strings.ReplaceAll(p.Text("#secret"), " ", "")
	p.Fill(`form[action$="/confirm"]`, "code", s.code(secret))
	p.Submit(`form[action$="/confirm"] button`)
	if n := len(strings.Fields(p.Text("#codes"))); n != 10 {
		s.t.Errorf("%d recovery codes", n)
	}
	return secret
}

// person finds who has registered with an address.
func (s *story) person(email string) (by party.Actor) {
	s.t.Helper()
	err := s.site.People.Users.All(s.whole.Context(), store.Query{Index: "email", Eq: []any{email}}, func(u *party.User) error {
		m := u.Memberships[0]
		by = party.Actor{User: u.ID, Name: u.Name, Org: m.Org, OrgKind: m.Kind, Role: m.Roles[len(m.Roles)-1]}
		return nil
	})
	if err != nil || by.User == "" {
		s.t.Fatalf("nobody has registered as %s: %v", email, err)
	}
	return by
}

// last is the last part of a path, as it was meant.
func last(path string) string {
	path, _, _ = strings.Cut(path, "?")
	id, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		panic(err)
	}
	return id
}
