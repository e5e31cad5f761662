package audit_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"probity/documents/archive"
	"probity/server/audit"
)

// TestTooEarly: while bids come in, and while parts may follow, an archive would
// tell who takes part.
func TestTooEarly(t *testing.T) {
	w := newWorld(&standIn{folder: folder})
	defer w.stop()
	w.publish(nil)
	alpha := w.supplier("alpha")
	refused := func(when string) {
		t.Helper()
		for _, scope := range []audit.Scope{audit.Full, audit.Public} {
			if _, err := audit.Build(ctx(), io.Discard, w.sources(), w.id, scope); !isFault(err, "archive.too_early") {
				t.Errorf("%s: %v", when, err)
			}
		}
	}
	refused("published")
	w.ok(w.submit(w.seal(alpha, lot, 1, w.offers("alpha", lot, "5")...)))
	w.close()
	refused("closed")
	if _, err := audit.Build(ctx(), io.Discard, w.sources(), "ocds-nothing", audit.Full); !isFault(err, "tender.missing") {
		t.Errorf("no procedure: %v", err)
	}
	must(w.Tenders.Cancel(ctx(), w.id, officer, "no money"))(w)
	w.settled()

	public := w.archive(audit.Public)
	if bytes.Contains(public, []byte("alpha")) {
		t.Error("the public archive of a cancelled procedure tells who has bid")
	}
	full := w.archive(audit.Full)
	if !bytes.Contains(full, []byte("~alpha#1")) {
		t.Error("the auditors' archive does not have the bid's record")
	}
	for name, b := range map[string][]byte{"public": public, "full": full} {
		if r := verify(t, b, audit.Trust{Log: []string{w.LogKey.Public}}); !r.OK() {
			t.Errorf("%s: %v", name, r.Wrong())
		}
	}
}

// TestConfidential: what a public archive does not have.
func TestConfidential(t *testing.T) {
	p := told()
	a, err := archive.Open(bytes.NewReader(p.public), int64(len(p.public)))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range a.Paths() {
		if strings.Contains(path, "/technical/") && !strings.HasSuffix(path, "record.json") || strings.HasPrefix(path, "notices/") {
			t.Errorf("%s is public", path)
		}
	}
	entries, err := a.Read(archive.EntriesPath, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{`"declaration":`, `"name":"bid.refuse","topic"`, `"name":"enquiry.ask","topic"`, `"name":"tender.create","topic"`, `"name":"award.propose","topic"`} {
		if bytes.Contains(entries, []byte(secret)) {
			t.Errorf("%s is public", secret)
		}
	}
	for _, said := range []string{`"name":"bid.submit","topic"`, `"name":"evaluation.hand-in","topic"`, `"name":"enquiry.answer","topic"`, `"name":"contract.sign","topic"`} {
		if !bytes.Contains(entries, []byte(said)) {
			t.Errorf("%s is not public", said)
		}
	}
}

// TestSameBytes: one record has one archive.
func TestSameBytes(t *testing.T) {
	p := told()
	if !bytes.Equal(p.full, p.w.archive(audit.Full)) || !bytes.Equal(p.public, p.w.archive(audit.Public)) {
		t.Error("made again, the archive has other bytes")
	}
}

// broken is an object store that fails.
type broken struct {
	audit.Objects
	suffix string
}

var errBroken = errors.New("the store broke")

func (b broken) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if strings.HasSuffix(key, b.suffix) {
		return nil, errBroken
	}
	return b.Objects.Open(ctx, key)
}

// TestBrokenStore: a store that cannot be read is no archive with a hole in it.
func TestBrokenStore(t *testing.T) {
	w := told().w
	for _, suffix := range []string{"header", "payload", "record.json", "sealed.pdf"} {
		s := w.sources()
		s.Objects = broken{w, suffix}
		if _, err := audit.Build(ctx(), io.Discard, s, w.id, audit.Full); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", suffix, err)
		}
	}
	ended, cancel := context.WithCancel(ctx())
	cancel()
	if _, err := audit.Build(ended, io.Discard, w.sources(), w.id, audit.Full); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	b := told().full
	if _, err := audit.Verify(ended, bytes.NewReader(b), int64(len(b)), audit.Trust{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
}

// TestPapers: papers that are put in are checked.
func TestPapers(t *testing.T) {
	w := told().w
	s := w.sources()
	key := w.key("contracts/", "sealed.pdf")
	s.Papers = []audit.Paper{{Name: "contract-copy.pdf", Key: key}}
	var out bytes.Buffer
	_, err := audit.Build(ctx(), &out, s, w.id, audit.Full)
	w.ok(err)
	if got := codes(t, out.Bytes()); len(got) > 0 {
		t.Errorf("a sound paper: %v", got)
	}
	f := unpack(t, out.Bytes())
	f["papers/contract-copy.pdf"][5000] ^= 1
	if got := codes(t, f.pack(t, told().full, keeper)); !strings.Contains(strings.Join(got, " "), "paper.seal") {
		t.Errorf("a changed paper: %v", got)
	}
}
