package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"probity/bidding"
	"probity/server/client"
	"probity/tender"
)

// Summary is what the demo came to, for programs. Amounts and points are exact.
type Summary struct {
	OCID      string            `json:"ocid"`
	Log       LogSummary        `json:"log"`
	Lots      []LotSummary      `json:"lots"`
	Contracts map[string]string `json:"contracts"` // SHA-256 of the sealed paper in hex, by lot
	Contract  string            `json:"contract"`  // that of contract.pdf
	Receipts  int               `json:"receipts"`  // how many were verified
	Archive   string            `json:"archive"`   // SHA-256 of archive.zip in hex
	Took      string            `json:"took"`      // by the wall clock
}

// LogSummary is the log at the end.
type LogSummary struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"` // hex
}

// LotSummary is the ranking of a lot.
type LotSummary struct {
	ID      string          `json:"id"`
	Ranking []RankedSummary `json:"ranking"`
}

// RankedSummary is one bid in a ranking; without a rank it is out.
type RankedSummary struct {
	Bidder  string         `json:"bidder"`
	Rank    int            `json:"rank,omitempty"`
	Status  string         `json:"status"`
	Price   *tender.Money  `json:"price,omitempty"`
	Quality tender.Decimal `json:"qualityScore"`
	Points  tender.Decimal `json:"priceScore"`
	Total   tender.Decimal `json:"total"`
}

// rankings notes the ranking of a lot for the summary.
func (s *story) rankings(lot string, j *bidding.Judgement) {
	l := LotSummary{ID: lot}
	for _, e := range j.Ranking.Entries {
		l.Ranking = append(l.Ranking, RankedSummary{s.called(e.Bid), e.Rank, string(e.Status), e.Price, e.QualityScore, e.PriceScore, e.Total})
	}
	s.summary.Lots = append(s.summary.Lots, l)
}

// leftReceipt is a receipt as it is left behind.
type leftReceipt struct {
	Bidder  string `json:"bidder"`
	Lot     string `json:"lot"`
	Kind    string `json:"kind"` // submitted, stored, withdrawn or refused
	Fact    string `json:"fact"`
	Index   int64  `json:"index"`
	Receipt string `json:"receipt"` // c2sp.org/tlog-proof@v1
}

// leave writes the papers, and fetches them as a citizen even if nobody wants
// to keep them.
func (s *story) leave(ctx context.Context) error {
	citizen := &client.Client{Base: s.base}
	var record, report []byte
	opening := bidding.OpeningID(s.id, lotPrinters, tender.Financial)
	if err := citizen.Call(ctx, client.Request{Path: "/api/v1/openings/" + opening + "/record.pdf", Within: time.Minute}, &record); err != nil {
		return fmt.Errorf("opening record: %w", err)
	}
	if err := citizen.Call(ctx, client.Request{Path: lotPath(s, lotPrinters, "report.pdf"), Within: time.Minute}, &report); err != nil {
		return fmt.Errorf("evaluation report: %w", err)
	}
	c := s.awarded[lotPrinters]
	s.summary.OCID, s.summary.Contract, s.summary.Receipts, s.summary.Archive = s.id, hexSum(c.paper), len(s.receipts), hexSum(s.zip)
	s.summary.Contracts = map[string]string{}
	for lot, x := range s.awarded {
		s.summary.Contracts[lot] = hexSum(x.paper)
	}
	s.summary.Took = time.Since(s.began).Round(time.Millisecond).String()
	if s.out == "" {
		return nil
	}
	files := map[string][]byte{"contract.pdf": c.paper, "opening-record.pdf": record, "evaluation-report.pdf": report, "archive.zip": s.zip}
	for i, r := range s.receipts {
		name := fmt.Sprintf("receipts/%02d-%s-%s-%s.json", i+1, r.who, r.lot, r.kind)
		b, err := pretty(leftReceipt{s.name(r.who), r.lot, r.kind, r.Fact.ID, r.Index, string(r.Raw)})
		if err != nil {
			return err
		}
		files[name] = b
	}
	b, err := pretty(s.summary)
	if err != nil {
		return err
	}
	files["summary.json"] = b
	return s.write(files)
}

func pretty(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return append(b, '\n'), err
}

func (s *story) write(files map[string][]byte) error {
	if err := os.MkdirAll(filepath.Join(s.out, "receipts"), 0o755); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(s.out, name), b, 0o644); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

// curtain ends the story: what is left, and how to look at it.
func (s *story) curtain(exit bool) {
	t := s.tell
	t.print("\n" + "Everything checked out. It took " + s.summary.Took + ".\n")
	if s.out != "" {
		t.print("Papers, receipts, archive and summary are in " + s.out + ".\n" +
			"Check the archive with: go run ./server verify " + filepath.Join(s.out, "archive.zip") + "\n")
	}
	if exit {
		return
	}
	t.print("\nThe server goes on at " + s.base + " until you press Ctrl-C.\n" +
		"Look at " + s.base + s.path("") + "\n" +
		"Sign in with e-mail address, password, and a code of the second factor; type its\n" +
		"secret into an authenticator program, or give it the address below it.\n\n")
	for _, r := range cast {
		p := s.who(r.key)
		t.print(fmt.Sprintf("%s, %s of %s\n  %s   %s   %s\n  %s\n", p.name, strings.ReplaceAll(string(p.as), "_", " "), s.name(p.at), p.email, p.password, p.factor.Secret, p.factor.URI))
	}
}
