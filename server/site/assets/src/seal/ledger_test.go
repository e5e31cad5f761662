package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/tender/event"
)

// logFixture is test/log.json: a log as documents/ledger makes it, from fixed
// keys, for the browser's code to read.
type logFixture struct {
	Origin      string            `json:"origin"`
	Key         string            `json:"key"`
	Next        string            `json:"next"`     // the key that takes over
	Handover    string            `json:"handover"` // in which Key names Next
	Witness     string            `json:"witness"`
	Tiles       map[string][]byte `json:"tiles"`       // of the log at its last size, and partial ones before
	Checkpoints map[string]string `json:"checkpoints"` // by size
	Later       string            `json:"later"`       // the last one, signed by Next
	Forked      string            `json:"forked"`      // another log's root at the last size
	Receipts    map[string]string `json:"receipts"`    // "index of size"
}

const logFile = "test/log.json"

var logSizes = []int{1, 2, 3, 7, 8, 255, 256, 257, 600, 1000}

// A file that exists is never written again: old receipts must verify.
func TestLogFixture(t *testing.T) {
	got := makeLog(t)
	raw, err := os.ReadFile(logFile)
	if errors.Is(err, fs.ErrNotExist) {
		raw, _ = json.MarshalIndent(got, "", " ")
		if err := os.WriteFile(logFile, append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Fatal("the fixture did not exist and was written; look at it before you keep it")
	}
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.MarshalIndent(got, "", " ")
	if !bytes.Equal(bytes.TrimSpace(raw), want) {
		t.Error("documents/ledger makes another log than the one that the browser's tests read")
	}
}

// fixedKey is a note key from a fixed seed.
func fixedKey(t *testing.T, name string, seed byte) ledger.Key {
	t.Helper()
	public := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32)).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		t.Fatal(err)
	}
	var hash string
	if v, err := note.NewVerifier(vkey); err == nil {
		hash = fmt.Sprintf("%08x", v.KeyHash())
	}
	skey := fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", name, hash, base64.StdEncoding.EncodeToString(append([]byte{1}, bytes.Repeat([]byte{seed}, 32)...)))
	k, err := ledger.ReadKey(skey)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func makeLog(t *testing.T) logFixture {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const origin = "tenders.example/log"
	key, next := fixedKey(t, origin, 1), fixedKey(t, origin, 2)
	cosigner, err := ledger.NewCosigner(fmt.Sprintf("PRIVATE+KEY+witness.example+00000000+%s", base64.StdEncoding.EncodeToString(append([]byte{1}, bytes.Repeat([]byte{3}, 32)...))),
		func() time.Time { return time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC) })
	must(err)
	f := logFixture{Origin: origin, Key: key.Public, Next: next.Public, Witness: cosigner.Key(),
		Tiles: map[string][]byte{}, Checkpoints: map[string]string{}, Receipts: map[string]string{}}
	handover, err := ledger.Handover(origin, key, next.Public)
	must(err)
	f.Handover = string(handover)

	tiles := map[string][]byte{}
	read := func(base string) ([]byte, error) { return tiles[base], nil }
	record := func(i int) (salt, record []byte) {
		e := event.Event{ID: fmt.Sprintf("bid/T/%d#1", i), Name: "bid.submit", Topic: "T-1", By: "u", At: time.Date(2026, 12, 1, 11, 0, 0, i*1e6, time.UTC), Data: fmt.Appendf(nil, `{"n":%d}`, i)}
		return bytes.Repeat([]byte{byte(i)}, 16), e.Record()
	}
	size := 0
	for _, next := range logSizes {
		tree := ledger.NewTree(int64(size), read)
		var more [][]byte
		for i := size; i < next; i++ {
			salt, rec := record(i)
			more = append(more, ledger.Leaf(salt, rec))
		}
		g, err := tree.Grow(more)
		must(err)
		for p, b := range g.Tiles {
			tiles[p] = b
		}
		size = next
		c := ledger.Checkpoint{Origin: origin, Size: int64(size), Root: g.Root}
		signed, err := c.Sign(key)
		must(err)
		if size == 1000 {
			later, err := c.Sign(fixedKey(t, origin, 2))
			must(err)
			f.Later = string(later)
			c.Root[0] ^= 1
			forked, err := c.Sign(key)
			must(err)
			f.Forked = string(forked)
		}
		if size == 600 {
			cosigned, err := note.Sign(&note.Note{Text: c.Text()}, key, cosigner)
			must(err)
			signed = cosigned
		}
		f.Checkpoints[fmt.Sprint(size)] = string(signed)
		for p, b := range tiles {
			tile, err := ledger.ParsePath(p)
			must(err)
			if tile.L == ledger.Entries {
				continue
			}
			if tile.W = ledger.WidthAt(tile, int64(size)); tile.W > 0 {
				f.Tiles[ledger.Path(tile)] = bytes.Clone(b[:ledger.TileSize(tile)])
			}
		}
		at := ledger.NewTree(int64(size), read)
		for _, i := range []int{0, size / 3, size - 1} {
			proof, err := at.Prove(int64(i))
			must(err)
			salt, rec := record(i)
			r := ledger.Receipt{Index: int64(i), Salt: salt, Record: rec, Proof: proof, Checkpoint: signed}
			f.Receipts[fmt.Sprintf("%d of %d", i, size)] = string(r.Marshal())
		}
	}
	return f
}
