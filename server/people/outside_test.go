package people

import (
	"context"
	"net/url"
	"sync"
	"testing"

	"probity/tender/fault"
	"probity/tender/text"
)

// far is a provider that says what it is told.
type far struct{ who OutsideIdentity }

func (far) Title() text.Text { return text.Of("en", "Far") }

func (far) Begin(_ context.Context, q OutsideQuestion) (string, error) {
	return "https://far.example/?state=" + url.QueryEscape(q.State), nil
}

func (f *far) End(context.Context, OutsideQuestion, OutsideAnswer) (OutsideIdentity, error) {
	return f.who, nil
}

// abroad is a world with a provider, at which everybody is who the test says.
func abroad(t *testing.T) (*world, *far) {
	w := newWorld(t)
	f := &far{OutsideIdentity{Issuer: "https://far.example", Subject: "17", Email: "p1@example.org", Verified: true}}
	w.Outside = f
	return w, f
}

// trip goes out and comes home.
func (w *world) trip(t *testing.T, id Identity, o Outing, err error) (Homecoming, error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	return w.ComeHome(t.Context(), id, o.Sealed, OutsideAnswer{State: u.Query().Get("state"), Code: "x"})
}

func (w *world) linkTo(t *testing.T, r resident) {
	t.Helper()
	o, err := w.GoLink(t.Context(), r.id, r.code(t))
	if h, err := w.trip(t, r.id, o, err); err != nil || h.Outcome != OutsideLinked {
		t.Fatal(h, err)
	}
}

func (w *world) arrives(t *testing.T) Homecoming {
	t.Helper()
	o, err := w.GoOutside(t.Context(), "/desk", "")
	h, err := w.trip(t, Identity{}, o, err)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// When two administrators have taken a second factor back, what the provider
// says is not enough to make another: it takes their ticket.
func TestTheProviderBringsNoFactorBack(t *testing.T) {
	for _, strong := range []bool{false, true} {
		w, f := abroad(t)
		r := w.resident(t, "1")
		w.linkTo(t, r)
		f.who.Strong = strong
		c, err := w.credential(t.Context(), r.id.Actor.User)
		if err != nil {
			t.Fatal(err)
		}
		ticket := newTicket(invitePrefix)
		c.Factor, c.Recovery = nil, &recovery{First: "a", Second: "b", Ticket: ticket.hash(), Expires: w.time().Add(ticketLife)}
		if err := w.credentials().Put(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		h := w.arrives(t)
		if h.Outcome != OutsideNeeds || h.Session.Ticket != "" {
			t.Fatalf("strong %v: %+v", strong, h)
		}
		if _, _, err := w.OutsideCode(t.Context(), h.Sealed, "000000", ""); !fault.Coded(err, errCode.Code) {
			t.Errorf("strong %v: %v", strong, err)
		}
		if x, _, err := w.OutsideCode(t.Context(), h.Sealed, ticket.String(), ""); err != nil || !x.Half {
			t.Errorf("strong %v: %+v %v", strong, x, err)
		}
	}
}

// One code opens one session, whoever is faster; guesses are slowed down.
func TestOutsideCodes(t *testing.T) {
	w, _ := abroad(t)
	r := w.resident(t, "1")
	w.linkTo(t, r)
	h, code := w.arrives(t), r.code(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	opened := 0
	for range 4 {
		wg.Go(func() {
			_, _, err := w.OutsideCode(t.Context(), h.Sealed, code, "")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				opened++
			}
		})
	}
	wg.Wait()
	if opened != 1 {
		t.Errorf("%d sessions", opened)
	}
	if _, _, err := w.OutsideCode(t.Context(), h.Sealed, r.code(t), ""); !fault.Coded(err, "outside.journey") {
		t.Errorf("the same journey opens another: %v", err)
	}
	h = w.arrives(t)
	var err error
	for range 20 {
		if _, _, err = w.OutsideCode(t.Context(), h.Sealed, "000000", ""); fault.Coded(err, "session.locked") {
			break
		}
	}
	if !fault.Coded(err, "session.locked") {
		t.Errorf("codes are guessed without end: %v", err)
	}
}

// What is sealed for one step is no good for another, nor for another vault.
func TestJourneysAreForOneStep(t *testing.T) {
	w, f := abroad(t)
	r := w.resident(t, "1")
	w.linkTo(t, r)
	o, err := w.GoOutside(t.Context(), "/", "")
	if err != nil {
		t.Fatal(err)
	}
	h := w.arrives(t)
	f.who.Subject = "18"
	if _, _, err := w.OutsideCode(t.Context(), o.Sealed, r.code(t), ""); !fault.Coded(err, "outside.journey") {
		t.Error(err)
	}
	if _, err := w.ComeHome(t.Context(), Identity{}, h.Sealed, OutsideAnswer{}); !fault.Coded(err, "outside.journey") {
		t.Error(err)
	}
	for _, sealed := range []string{o.Sealed, h.Sealed, "", "AAAA"} {
		if err := w.TakeOffer(t.Context(), Signed{Session: Session{User: r.id.Actor.User}}, sealed, ""); !fault.Coded(err, "outside.journey") {
			t.Error(err)
		}
	}
	w.wait(codeLife)
	if _, _, err := w.OutsideCode(t.Context(), h.Sealed, r.code(t), ""); !fault.Coded(err, "outside.journey") {
		t.Errorf("after five minutes: %v", err)
	}
}

// An offer is taken by the account that has confirmed the address, in a whole
// session, and by no other.
func TestWhoTakesAnOffer(t *testing.T) {
	w, f := abroad(t)
	w.Mails = true
	owner, other := w.resident(t, "1"), w.resident(t, "2")
	for _, p := range []resident{owner, other} {
		if _, err := w.ConfirmAddress(t.Context(), w.letter(t, p.id.Actor.User)); err != nil {
			t.Fatal(err)
		}
	}
	h := w.arrives(t)
	if h.Outcome != OutsideOffered {
		t.Fatalf("%+v", h)
	}
	take := func(user string, half bool, invitation string) error {
		return w.TakeOffer(t.Context(), Signed{Session: Session{User: user, Half: half}}, h.Sealed, invitation)
	}
	if err := take("u2", false, ""); !fault.Coded(err, "link.address") {
		t.Errorf("another account: %v", err)
	}
	if err := take("u1", true, ""); !fault.Coded(err, "link.address") {
		t.Errorf("half a session: %v", err)
	}
	if err := take("u2", true, "pri_x"); !fault.Coded(err, "link.address") {
		t.Errorf("an invitation that has nothing to do with it: %v", err)
	}
	if err := take("u1", false, ""); err != nil {
		t.Error(err)
	}
	if err := take("u1", false, ""); err != nil {
		t.Errorf("twice is once: %v", err)
	}
	for n := range linkMany {
		f.who.Subject = string(rune('a' + n))
		o, err := w.GoLink(t.Context(), owner.id, owner.code(t))
		_, err = w.trip(t, owner.id, o, err)
		if full := n == linkMany-1; full != fault.Coded(err, "link.many") {
			t.Errorf("link %d: %v", n+2, err)
		}
	}
}
