package people

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// broken fails the n-th Put, before or after it took effect.
type broken struct {
	store.Engine
	at    int
	after bool
}

func (b *broken) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	b.at--
	if b.at != 0 {
		return b.Engine.Put(ctx, d, facts...)
	}
	if b.after {
		if err := b.Engine.Put(ctx, d, facts...); err != nil {
			return err
		}
	}
	return store.ErrBusy
}

// A registration and a set-up that break off at any write, before or after it
// took effect, can be done again, and leave one organisation and one person.
func TestWhatBreaksOffCanBeDoneAgain(t *testing.T) {
	for _, after := range []bool{false, true} {
		for at := 1; at <= 7; at++ {
			w := newWorld(t)
			real := w.Engine
			ticket, err := w.PrepareSetup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			w.swap(&broken{real, at, after})
			reg := someOrg("1")
			_, err1 := w.Register(t.Context(), reg)
			w.swap(&broken{real, at, after})
			p := Platform{"o2", "u2", reg.Name, party.Identifier{Scheme: "GB-COH", ID: "2", LegalName: "x"}, Person{"Admin", "admin@example.org", ""}, reg.Password}
			_, err2 := w.Setup(t.Context(), ticket, p)
			w.swap(real)
			if err1 != nil {
				if _, err := w.Register(t.Context(), reg); err != nil {
					t.Errorf("write %d, after %v: register again: %v", at, after, err)
				}
			}
			if err2 != nil {
				p.OrgID, p.UserID = "o3", "u3" // a new request has new ids
				if _, err := w.Setup(t.Context(), ticket, p); err != nil && !fault.Coded(err, "setup.unknown") {
					t.Errorf("write %d, after %v: set up again: %v", at, after, err)
				}
			}
			for kind, want := range map[party.OrgKind]int{party.KindSupplier: 1, party.KindOversight: 1} {
				list, _, err := w.Orgs.Find(t.Context(), store.Query{Index: "kind", Eq: []any{string(kind)}, Limit: 10})
				if err != nil || len(list) != want {
					t.Errorf("write %d, after %v: %d organisations of kind %s, %v", at, after, len(list), kind, err)
				}
			}
			if again, err := w.PrepareSetup(t.Context()); again != "" || err != nil {
				t.Errorf("write %d, after %v: the platform can be set up again, %v", at, after, err)
			}
		}
	}
}

func (w *world) swap(e store.Engine) { w.Engine, w.Users.Engine, w.Orgs.Engine = e, e, e }

func TestTheSetupFileIsForTheOperatorAlone(t *testing.T) {
	w := newWorld(t)
	trap := filepath.Join(t.TempDir(), "trap")
	if err := os.Symlink(trap, w.SetupFile); err != nil {
		t.Skipf("this system has no symbolic links: %v", err)
	}
	if _, err := w.PrepareSetup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(trap); err == nil {
		t.Error("the ticket went where somebody's link pointed")
	}
	if st, err := os.Lstat(w.SetupFile); err != nil || st.Mode() != 0o600 {
		t.Errorf("%v %v", st.Mode(), err)
	}
}
