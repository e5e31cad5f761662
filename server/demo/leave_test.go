package demo

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"probity/bidding/score"
	"probity/documents/archive"
	"probity/documents/blob"
	"probity/documents/pdf"
	"probity/server/audit"
	"probity/server/client"
	"probity/tender/fault"
)

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

// lookAtStore looks at what is left of bids in the object store itself: two
// envelopes each of the five live ones, by three bidders. The fourth, whose bid
// was withdrawn and who came too late, is not there.
func lookAtStore(t *testing.T, s blob.Store) {
	t.Helper()
	list, err := s.List(t.Context(), "bids/", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	payloads, who := 0, map[string]bool{}
	for _, x := range list {
		part := strings.Split(x.Key, "/") // bids, tender, lot, bidder, number, envelope, name
		if len(part) != 7 {
			t.Fatalf("an object of bids: %s", x.Key)
		}
		who[part[3]] = true
		if part[6] == "payload" {
			payloads++
		}
	}
	if payloads != 10 || len(who) != 3 {
		t.Errorf("the store has %d sealed envelopes of %d bidders", payloads, len(who))
	}
}
