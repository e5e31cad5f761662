package blob

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestPlan(t *testing.T) {
	a, b := sha256.Sum256([]byte("a")), sha256.Sum256([]byte("b"))
	p := Plan{Size: MinPart + 7, Part: MinPart, Sums: []Sum{a, b}}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	if p.Sum() != sha256.Sum256(append(a[:], b[:]...)) {
		t.Error("the sum is not that of the sums")
	}
	for n, want := range map[int]int64{-1: 0, 0: 0, 1: MinPart, 2: 7, 3: 0} {
		if got := p.Len(n); got != want {
			t.Errorf("part %d has %d bytes, want %d", n, got, want)
		}
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var again Plan
	if err := json.Unmarshal(raw, &again); err != nil || again.Size != p.Size || again.Part != p.Part || !slices.Equal(again.Sums, p.Sums) {
		t.Errorf("%s reads as %+v, %v", raw, again, err)
	}
}

func TestParseSumsRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"half a sum": "AAAA", "no base64": "!", "loose bits": strings.Repeat("A", 42) + "B=", "too many": strings.Repeat("AAAA", (MaxParts+1)*32/3+8),
	} {
		if _, err := ParseSums(text); !errors.Is(err, ErrPart) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sums, err := ParseSums(""); err != nil || len(sums) != 0 {
		t.Errorf("nothing: %v, %v", sums, err)
	}
}

func FuzzKey(f *testing.F) {
	for _, key := range []string{"a/b-c.d", "../a", "a//b", "A_1"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if CheckKey(key) != nil {
			return
		}
		if strings.Contains(key, "..") && strings.Contains(key, "../") || strings.ContainsAny(key, "\\:=\x00 ") || key == "" || key[0] == '/' || CheckPrefix(key) != nil {
			t.Errorf("%q is a key", key)
		}
	})
}

func FuzzPlan(f *testing.F) {
	f.Add([]byte(`{"size":10,"part":10,"sums":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Plan
		if json.Unmarshal(b, &p) != nil || p.Check() != nil {
			return
		}
		var total int64
		for n := range p.Sums {
			if p.Len(n+1) < 1 {
				t.Fatalf("part %d of %+v is empty", n+1, p)
			}
			total += p.Len(n + 1)
		}
		if total != p.Size {
			t.Errorf("the parts of %d bytes have %d", p.Size, total)
		}
	})
}
