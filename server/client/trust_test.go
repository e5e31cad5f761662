package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/documents/ledger"
	"probity/server/client"
	"probity/tender/fault"
)

func TestLogIsPinnedAndOnlyGrows(t *testing.T) {
	k := newKeeper(t, "log.example/p")
	d := newDesk(t, k)
	file := filepath.Join(t.TempDir(), "deep", "trust.json")
	c := d.client()
	c.Log = must(client.OpenLog(file))
	for range 300 { // beyond one tile
		k.put("x.done", "t", noon, nil)
	}
	at, err := c.Checkpoint(t.Context())
	if err != nil || at.Size != 300 || c.Log.Origin() != "log.example/p" {
		t.Fatalf("%+v, %v", at, err)
	}
	stale := k.receipt(7)
	for range 500 {
		k.put("x.done", "t", noon, nil)
	}
	c.Log = must(client.OpenLog(file)) // another run of the program
	if r, err := c.CheckReceipt(t.Context(), []byte(k.receipt(799))); err != nil || r.Index != 799 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err := c.CheckReceipt(t.Context(), []byte(stale)); err != nil || r.Index != 7 {
		t.Errorf("an old receipt of the same history: %+v, %v", r, err)
	}
	if seen, err := ledger.Peek(must(client.OpenLog(file)).Seen()); err != nil || seen.Size != 800 {
		t.Errorf("remembered %+v, %v", seen, err)
	}
}

func TestForksAreRefused(t *testing.T) {
	for name, lie := range map[string]func(a, b *keeper) (code string){
		"another root at the same size": func(a, b *keeper) string {
			a.put("x", "t", noon, nil)
			b.put("y", "t", noon, nil)
			return "log.fork"
		},
		"a longer history that differs": func(a, b *keeper) string {
			a.put("x", "t", noon, nil)
			for range 9 {
				b.put("y", "t", noon, nil)
			}
			return "log.fork"
		},
		"a log that was set back": func(a, b *keeper) string {
			a.put("x", "t", noon, nil)
			return "log.unproven"
		},
		"a shorter history that differs": func(a, b *keeper) string {
			for range 9 {
				a.put("x", "t", noon, nil)
			}
			b.put("y", "t", noon, nil)
			return "log.unproven"
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newKeeper(t, "log.example/p")
			for range 5 {
				a.put("x.done", "t", noon, nil)
			}
			b := a.fork()
			code := lie(a, b)
			d := newDesk(t, a)
			file := filepath.Join(t.TempDir(), "trust.json")
			c := d.client()
			c.Log = must(client.OpenLog(file))
			if _, err := c.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
			seen := string(c.Log.Seen())
			d.log = b
			_, err := c.CheckReceipt(t.Context(), []byte(b.receipt(b.size-1)))
			wantFault(t, err, code)
			if string(c.Log.Seen()) != seen {
				t.Error("the fork is remembered as if it were believed")
			}
			kept, _ := filepath.Glob(file + ".fork-*")
			if len(kept) != 1 {
				t.Fatalf("evidence: %v", kept)
			}
			if b, _ := os.ReadFile(kept[0]); strings.Count(string(b), "log.example/p\n") != 2 {
				t.Errorf("evidence: %s", b)
			}
		})
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	a, b := newKeeper(t, "log.example/p"), newKeeper(t, "log.example/p")
	a.put("x", "t", noon, nil)
	b.put("x", "t", noon, nil)
	d := newDesk(t, a)
	c := d.client()
	if _, err := c.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.log = b
	_, err := c.Checkpoint(t.Context())
	wantFault(t, err, "log.signature")
	_, err = c.CheckReceipt(t.Context(), []byte(b.receipt(0)))
	wantFault(t, err, "log.signature")
	wantFault(t, c.Log.Pin(b.key.Public), "log.other_key")
	wantFault(t, c.Log.Pin(a.key.Public), "")
	_, err = client.VerifyReceipt([]byte(a.receipt(0)), b.key.Public)
	wantFault(t, err, "receipt.proof")
	_, err = client.VerifyReceipt([]byte(a.receipt(0)), a.key.Public)
	wantFault(t, err, "")
}

func TestLogHandsOverToANewKey(t *testing.T) {
	a := newKeeper(t, "log.example/p")
	a.put("x", "t", noon, nil)
	d := newDesk(t, a)
	c := d.client()
	if _, err := c.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := a.fork()
	b.key = newKeeper(t, "log.example/p").key
	b.put("y", "t", noon, nil)
	stranger := newKeeper(t, "log.example/p").key
	note := must(ledger.Handover("log.example/p", stranger, b.key.Public))
	d.log = b
	d.handovers = []string{string(note)}
	_, err := c.Checkpoint(t.Context())
	wantFault(t, err, "log.signature")
	d.handovers = append(d.handovers, string(must(ledger.Handover("log.example/p", a.key, b.key.Public))))
	if at, err := c.Checkpoint(t.Context()); err != nil || at.Size != 2 || len(c.Log.Keys()) != 2 {
		t.Errorf("%+v, %v, %v", at, err, c.Log.Keys())
	}
}

func TestWitnessesMustHaveSigned(t *testing.T) {
	k := newKeeper(t, "log.example/p")
	k.put("x", "t", noon, nil)
	d := newDesk(t, k)
	c := d.client()
	skey := must(ledger.NewKey("witness.example/w"))
	w := must(ledger.NewCosigner(skey, func() time.Time { return noon }))
	wantFault(t, c.Log.RequireWitnesses(2, w.Key()), "log.witness")
	wantFault(t, c.Log.RequireWitnesses(1, w.Key()), "")
	_, err := c.Checkpoint(t.Context())
	wantFault(t, err, "log.signature")
}

func TestTrustFilesAreReadStrictly(t *testing.T) {
	k := newKeeper(t, "log.example/p")
	for _, bad := range []string{"", "{}", `{"v":"probity-trust/1"} `, `{"checkpoint":"","keys":["x"],"origin":"o","quorum":0,"v":"probity-trust/1","witnesses":[]}`,
		`{"checkpoint":"","keys":["` + k.key.Public + `"],"origin":"log.example/p","quorum":0,"v":"probity-trust/2","witnesses":[]}`} {
		name := filepath.Join(t.TempDir(), "trust")
		if err := os.WriteFile(name, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := client.OpenLog(name); fault.From(err).Code != "log.trust_file" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzReceipt: whatever comes, no receipt is believed that was not made.
func FuzzReceipt(f *testing.F) {
	k := newKeeper(f, "log.example/p")
	k.put("x", "t", noon, nil)
	k.put("y", "t", noon, nil)
	good := k.receipt(1)
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "index 1", "index 0", 1)))
	f.Add([]byte("c2sp.org/tlog-proof@v1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := client.VerifyReceipt(b, k.key.Public)
		if err == nil && (r.Index > 1 || string(r.Fact.Record()) != string(k.facts[r.Index].Record())) {
			t.Errorf("believed %+v", r)
		}
	})
}
