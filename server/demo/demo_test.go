package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"probity/bidding/score"
	"probity/documents/archive"
	"probity/documents/pdf"
	"probity/server/audit"
	"probity/server/client"
	"probity/tender/fault"
)

// audience reads the story, and acts once the server says that it goes on.
type audience struct {
	mu   sync.Mutex
	told bytes.Buffer
	last chan struct{}
	once sync.Once
}

func (a *audience) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, err := a.told.Write(b)
	if bytes.Contains(b, []byte("manager@ministry")) {
		a.once.Do(func() { close(a.last) })
	}
	return n, err
}

func (a *audience) text() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.told.String()
}

// TestDemo plays the whole story, looks at what it leaves behind, signs in with
// what it prints, and ends it as Ctrl-C does.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("The whole story takes some seconds.")
	}
	out := t.TempDir()
	var log bytes.Buffer
	seats := &audience{last: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, Options{Out: out, Stdout: seats, Log: &log}) }()
	select {
	case err := <-done:
		t.Fatalf("%v\n%s", err, seats.text())
	case <-seats.last:
	}
	signIn(t, seats.text())
	stop()
	if err := <-done; err != nil {
		t.Fatalf("after Ctrl-C: %v", err)
	}
	if log.Len() > 0 {
		t.Errorf("the server had something to warn of:\n%s", log.String())
	}
	fits(t, seats.text())
	summary := read[Summary](t, filepath.Join(out, "summary.json"))
	lookAtSummary(t, summary)
	lookAtPapers(t, out, summary)
	lookAtReceipts(t, out)
	lookAtArchive(t, filepath.Join(out, "archive.zip"), summary)
}

// signIn takes the words of one person from what was printed.
func signIn(t *testing.T, told string) {
	t.Helper()
	m := regexp.MustCompile(`manager@ministry\.example   (\S+)   (\S+)`).FindStringSubmatch(told)
	base := regexp.MustCompile(`The server goes on at (\S+) `).FindStringSubmatch(told)
	if m == nil || base == nil {
		t.Fatalf("nothing says how to sign in:\n%s", told)
	}
	code, err := totp.GenerateCode(m[2], time.Now().Add(30*time.Second)) // the one before was used to enrol
	if err != nil {
		t.Fatal(err)
	}
	c := &client.Client{Base: base[1]}
	if _, err := c.SignIn(t.Context(), "manager@ministry.example", m[1], code); err != nil {
		t.Fatal(err)
	}
	if me, err := c.Me(t.Context()); err != nil || me.Name != "Jonas Vale" {
		t.Errorf("signed in as %+v, %v", me, err)
	}
}

// fits checks that the story stays within 80 columns, apart from addresses.
func fits(t *testing.T, told string) {
	t.Helper()
	for line := range strings.Lines(told) {
		line = strings.TrimRight(line, "\n")
		if columns(line) > width && !strings.Contains(line, "://") && !strings.Contains(line, ".example ") && !strings.Contains(line, "verify /") {
			t.Errorf("%d columns: %s", columns(line), line)
		}
		if line != strings.TrimRight(line, " ") {
			t.Errorf("spaces at the end: %q", line)
		}
	}
}

func read[T any](t *testing.T, file string) (v T) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func lookAtSummary(t *testing.T, s Summary) {
	t.Helper()
	if !strings.HasPrefix(s.OCID, "ocds-213czf-") || s.Log.Size < 100 || len(s.Log.Root) != 64 || s.Receipts != 16 {
		t.Errorf("the summary: %+v", s)
	}
	want := map[string][]RankedSummary{
		lotComputers: {
			{Bidder: "Delta Datos", Rank: 1, Status: "valid", Price: pygPointer("69825000"), Quality: dec("34"), Points: dec("60"), Total: dec("94")},
			{Bidder: "Aurora Office Systems", Rank: 2, Status: "valid", Price: pygPointer("70800000"), Quality: dec("31"), Points: dec("59.17"), Total: dec("90.17")},
			{Bidder: "Bamboo Bridge Computers", Status: string(score.Disqualified)},
		},
		lotPrinters: {
			{Bidder: "Bamboo Bridge Computers", Rank: 1, Status: "valid", Price: pygPointer("35500000"), Quality: dec("32.83"), Points: dec("60"), Total: dec("92.83")},
			{Bidder: "Aurora Office Systems", Rank: 2, Status: "valid", Price: pygPointer("51400000"), Quality: dec("29.92"), Points: dec("41.44"), Total: dec("71.36")},
		},
	}
	for _, l := range s.Lots {
		got, err := json.Marshal(l.Ranking)
		wanted, err2 := json.Marshal(want[l.ID])
		if err != nil || err2 != nil || string(got) != string(wanted) {
			t.Errorf("lot %s:\n got %s\nwant %s", l.ID, got, wanted)
		}
	}
	if len(s.Lots) != 2 || len(s.Contracts) != 2 || s.Contracts[lotPrinters] != s.Contract {
		t.Errorf("lots and contracts: %+v", s)
	}
}

func lookAtPapers(t *testing.T, out string, s Summary) {
	t.Helper()
	for _, name := range []string{"contract.pdf", "opening-record.pdf", "evaluation-report.pdf"} {
		b, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pdf.Verify(b, nil); !fault.Coded(err, "pdf.seal_untrusted") { // all is right but that nobody is trusted
			t.Errorf("%s: %v", name, err)
		}
		if name == "contract.pdf" && hexSum(b) != s.Contract {
			t.Errorf("contract.pdf is not the contract of the summary")
		}
	}
}

// lookAtReceipts verifies the receipts from their files, among them that of the
// bid which came too late.
func lookAtReceipts(t *testing.T, out string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(out, "receipts", "*.json"))
	if err != nil || len(files) != 16 {
		t.Fatalf("%d receipts, %v", len(files), err)
	}
	key := keyOf(t, filepath.Join(out, "archive.zip"))
	kinds := map[string]int{}
	for _, name := range files {
		r := read[leftReceipt](t, name)
		got, err := client.VerifyReceipt([]byte(r.Receipt), key)
		if err != nil || got.Fact.ID != r.Fact || got.Index != r.Index {
			t.Errorf("%s: %v", name, err)
			continue
		}
		kinds[r.Kind+" "+got.Fact.Name]++
		if r.Kind == "refused" && (r.Bidder != "Cobalt Trading House" || !strings.Contains(string(got.Fact.Data), "bid.late")) {
			t.Errorf("the refusal: %s", got.Fact.Data)
		}
	}
	want := map[string]int{"submitted bid.submit": 7, "stored bid.stored": 7, "withdrawn bid.withdraw": 1, "refused bid.refuse": 1}
	for k, n := range want {
		if kinds[k] != n {
			t.Errorf("receipts: %v, want %v", kinds, want)
		}
	}
}

func report(t *testing.T, b []byte) *audit.Report {
	t.Helper()
	r, err := audit.Verify(t.Context(), bytes.NewReader(b), int64(len(b)), audit.Trust{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func keyOf(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return report(t, b).Key
}

// lookAtArchive verifies the archive from its file, with nothing else at hand,
// and looks in it for what nobody was to read.
func lookAtArchive(t *testing.T, file string, s Summary) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := report(t, b)
	for _, c := range r.Wrong() {
		t.Errorf("%s %s: %s", c.Name, c.Subject, c.Text)
	}
	if r.OCID != s.OCID || hexSum(b) != s.Archive {
		t.Errorf("the archive is of %s", r.OCID)
	}
	in, err := archive.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	envelopes := map[string]int{}
	for _, f := range in.Manifest.Files {
		if strings.HasPrefix(f.Path, "bids/") && strings.HasSuffix(f.Path, "payload.age") {
			envelopes[f.Path[strings.LastIndex(f.Path[:len(f.Path)-len("/payload.age")], "/")+1:]]++
		}
	}
	// Five technical envelopes were opened. Of the prices one stays sealed: four.
	if envelopes["technical/payload.age"] != 5 || envelopes["financial/payload.age"] != 4 {
		t.Errorf("sealed bids in the archive: %v", envelopes)
	}
}

func TestDemoNeedsAFolderOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "probity.db"), []byte("real data"), 0o600); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	if err := Run(t.Context(), Options{Exit: true, Data: dir, Stdout: &told}); err == nil || told.Len() > 0 {
		t.Errorf("played beside real data: %v", err)
	}
}
