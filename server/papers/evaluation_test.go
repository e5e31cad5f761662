package papers

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/score"
	"probity/documents/paper"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/store"
)

var ranked = time.Date(2026, 10, 26, 14, 30, 0, 0, time.UTC)

// evaluated is the evaluation of lot 2, its ranking computed from the sheets.
func evaluated(t *testing.T) Evaluation {
	t.Helper()
	x := school()
	e := Evaluation{Tender: x, Names: names(), Panel: &bidding.Panel{Declared: []bidding.Declaration{
		{User: "u-1"}, {User: "u-2", Statement: "I taught at one of the schools until 2019."}, {User: "u-3"},
		{User: "u-4", Conflicts: []string{"org-b"}, Statement: "My brother owns a share."}}}}
	e.Judgement = &bidding.Judgement{Root: store.Root{ID: ocid + "~" + lot2}, Tender: ocid, Lot: lot2, Dissent: []bidding.Dissent{
		{User: "u-2", Name: "Ivan Petrov", Text: "The sample of Northern Timber deserved more.", At: ranked.Add(-time.Hour)}}}
	in := score.Input{Version: score.Version, Lot: lot2, Currency: "CNY", Criteria: x.Notice.Lot(lot2).Criteria, Estimate: x.Notice.Lot(lot2).Value,
		Requirements: []string{"tax", "fire"}, Evaluators: []string{"u-1", "u-2", "u-3"}, Root: hash("log"),
		Items: []score.Item{{ID: "desk", Quantity: dec("1250")}, {ID: "chair", Quantity: dec("1250")}}}
	for i, id := range []string{"u-1", "u-2", "u-3"} {
		e.Sheets = append(e.Sheets, &bidding.Sheet{Tender: ocid, Lot: lot2, User: id, Name: x.Panel[i].Name})
	}
	for i, b := range opened().Bids {
		id := b.Bidder.ID
		f := bidding.Finding{Bidder: id, Answers: []score.Answer{{Requirement: "tax", Pass: true}, {Requirement: "fire", Pass: id != "org-d", Reason: "Certificate of 2025 looked at."}}}
		bid := score.Bid{ID: id, Fingerprint: b.Fingerprint, Answers: f.Answers, Price: b.Price}
		for _, p := range b.Prices {
			bid.Lines = append(bid.Lines, score.Line{Item: p.Item, UnitPrice: p.UnitPrice, Total: p.Total})
		}
		for j, c := range []string{"plan", "wood", "sample"} {
			for k, s := range e.Sheets {
				v := score.Score{Evaluator: s.User, Criterion: c, Value: dec(fmt.Sprintf("%d.5", 6+(i+j+k)%3)), Reason: fmt.Sprintf("Reason %d%d%d. 方案完整，时间安排合理。", i, j, k)}
				bid.Scores = append(bid.Scores, v)
				s.Scores = append(s.Scores, bidding.SheetScore{Bidder: id, Criterion: c, Value: v.Value, Reason: v.Reason})
			}
			f.Consensus = append(f.Consensus, score.Agreement{Criterion: c, Value: dec(fmt.Sprintf("%d", 7+(i+j)%3)), Reason: fmt.Sprintf("Agreed on %d%d after discussion.", i, j)})
		}
		bid.Consensus = f.Consensus
		if id == "org-c" {
			f.Low = &score.Decision{Accepted: true, Reason: "Own forest and mill; the calculation is enclosed and was checked."}
			bid.Low = f.Low
		}
		e.Judgement.Findings = append(e.Judgement.Findings, f)
		in.Bids = append(in.Bids, bid)
	}
	technical := in
	technical.Bids = append([]score.Bid{}, in.Bids...)
	for i := range technical.Bids {
		technical.Bids[i].Price, technical.Bids[i].Lines, technical.Bids[i].Low = nil, nil, nil
	}
	entries, err := score.Qualify(technical)
	if err != nil {
		t.Fatal(err, fault.From(err).Field)
	}
	e.Judgement.Decision = &bidding.Qualified{Input: technical, Entries: entries, Hash: hash("decision"), At: ranked.AddDate(0, 0, -9)}
	r, err := score.Rank(in)
	if err != nil {
		t.Fatal(err, fault.From(err).Field)
	}
	h := canon.Hash("ranking", canon.Must(r))
	e.Judgement.Input, e.Judgement.Ranking, e.Judgement.Hash, e.Judgement.Ranked = &in, &r, hex.EncodeToString(h[:]), ranked
	first := r.Entries[0]
	e.Award = &award.Award{Root: store.Root{ID: ocid + "~" + lot2 + "~1"}, Decision: award.Decision{
		Winner:  &award.Winner{Supplier: organisations[first.Bid], Price: *first.Price, Rank: 1, Score: first.Total},
		Reasons: say("Best bid by the published criteria.", "按公布的评审标准为最优投标。")}}
	return e
}

func TestEvaluationReportSaysEverything(t *testing.T) {
	w := newWorld(t)
	e := evaluated(t)
	w.papers.Sources.Panel = func(context.Context, *tender.Tender) (*bidding.Panel, error) { return e.Panel, nil }
	w.papers.Sources.Award = func(context.Context, string, string) (*award.Award, error) { return e.Award, nil }
	put(w, "judgement", e.Judgement, "evaluation.qualify", ocid, map[string]any{"lot": lot2, "decision": e.Judgement.Decision.Hash})
	put(w, "judgement", e.Judgement, "evaluation.rank", ocid, map[string]any{"lot": lot2, "hash": e.Judgement.Hash})
	put(w, "judgement", e.Judgement, "evaluation.dissent", ocid, map[string]any{"lot": lot2})

	file, err := w.papers.EvaluationReport(t.Context(), e.Tender, e.Judgement, e.Sheets)
	if err != nil {
		t.Fatal(err)
	}
	w.show("evaluation", file)
	x, seal, err := paper.Check[paper.Evaluation](file, w.papers.Roots())
	if err != nil || x.Log.Index != 2 && x.Log.Index != 1 || !seal.At.Equal(ranked) {
		t.Errorf("check: %+v, %v", x.Log, err)
	}
	want := []string{ocid, "School furniture for three primary schools", "三所小学课桌椅采购", "Desks and chairs", "示例市教育局", origin}
	for _, m := range e.Tender.Panel {
		want = append(want, m.Name)
	}
	want = append(want, "My brother owns a share.", "北方木业（自由贸易试验区）有限责任公司", "阻燃等级不低于B1级", "No debt of taxes", "Certificate of 2025 looked at.",
		"Delivery plan", "制作质量：样品", "20 %", "25 %", "15 %", "Own forest and mill", "Award", "Best bid by the published criteria.", "按公布的评审标准为最优投标。",
		"Technical decision of 2026-10-17", "技术评审结论", "deserved more", "Requirement not met: Fire class B1 or better", "未满足要求：阻燃等级不低于B1级", "要求投标人说明以此报价履约的依据。")
	for _, s := range e.Sheets {
		for _, v := range s.Scores {
			if v.Bidder != "org-d" {
				want = append(want, v.Reason)
			}
		}
	}
	for _, f := range e.Judgement.Findings {
		for _, a := range f.Consensus {
			if f.Bidder != "org-d" {
				want = append(want, a.Reason)
			}
		}
	}
	for _, n := range e.Judgement.Ranking.Entries {
		want = append(want, e.Names[n.Bid].Name["en"], n.Total.String())
		for _, s := range n.Steps {
			want = append(want, s.Result)
		}
	}
	w.has(file, want...)
	data := string(canon.Must(x))
	for _, n := range append(e.Judgement.Ranking.Entries, score.Entry{Steps: e.Judgement.Ranking.Base}) {
		for _, s := range n.Steps {
			if !strings.Contains(data, strings.Trim(string(canon.Must(s.Expression)), `"`)) {
				t.Errorf("the report has no line %s", s.Expression)
			}
		}
	}
	again, err := w.papers.EvaluationReport(t.Context(), e.Tender, e.Judgement, e.Sheets)
	if err != nil || string(again) != string(file) {
		t.Errorf("asked again, the report is another file: %v", err)
	}
}

func TestTechnicalReportShowsNoPrice(t *testing.T) {
	w := newWorld(t)
	e := evaluated(t)
	e.Judgement.Ranking, e.Judgement.Input, e.Judgement.Hash, e.Judgement.Dissent = nil, nil, "", nil
	put(w, "judgement", e.Judgement, "evaluation.qualify", ocid, map[string]any{"lot": lot2, "decision": e.Judgement.Decision.Hash})
	file, err := w.papers.EvaluationReport(t.Context(), e.Tender, e.Judgement, e.Sheets)
	if err != nil {
		t.Fatal(err)
	}
	words := w.words(file)
	for _, b := range opened().Bids {
		if b.Price != nil && strings.Contains(strings.ReplaceAll(words, ",", ""), b.Price.Amount()) {
			t.Errorf("the technical report tells the price %s", b.Price)
		}
	}
	w.has(file, "Technical decision of 2026-10-17", "Reason 000.")
}

func TestNoReportWithoutResult(t *testing.T) {
	w := newWorld(t)
	_, err := w.papers.EvaluationReport(t.Context(), school(), &bidding.Judgement{Tender: ocid, Lot: lot2}, nil)
	w.code(err, "paper.no_result")
}

// TestEveryWordIsKnown holds the report to the codes that scoring can give.
func TestEveryWordIsKnown(t *testing.T) {
	for _, code := range []string{score.StepCriterion, score.StepQuality, score.StepThreshold, score.StepLine, score.StepLines, score.StepCost, score.StepLowSum,
		score.StepLowMean, score.StepLowEstimate, score.StepLowest, score.StepHighest, score.StepSum, score.StepCount, score.StepPrice, score.StepTotal} {
		if len(steps[code]) != 2 {
			t.Errorf("no words for step %s", code)
		}
	}
	for _, code := range []string{score.ReasonRequirement, score.ReasonMinimum, score.ReasonMinimumQuality, score.ReasonPanel, score.ReasonArithmetic,
		score.ReasonCorrection, score.ReasonCeiling, score.ReasonLow} {
		if len(groundWords[code]) != 2 {
			t.Errorf("no words for reason %s", code)
		}
	}
	for _, p := range []tender.Price{{Formula: score.LowestPrice}, {Formula: score.LowestRatio}, {Formula: score.MeanBased, Trim: 1}, {Formula: score.Linear, Zero: score.ZeroAtTwice},
		{Formula: score.Linear, Zero: score.ZeroAtHighest}, {Formula: score.Linear, Zero: score.ZeroAtCeiling}, {Formula: score.Linear, Zero: score.ZeroBySlope}} {
		if len(formula(p)) != 2 {
			t.Errorf("no words for formula %s %s", p.Formula, p.Zero)
		}
	}
}
