package demo

import (
	"context"

	"probity/tender"
	"probity/tender/plan"
	"probity/tender/sign"
)

// intend announces the purchase in the ministry's plan of the year, before there
// is a notice, and returns the entry that the notice comes from.
func (s *story) intend(ctx context.Context, n tender.Notice) (*tender.Planned, error) {
	officer, approver := s.who("officer"), s.who("approver")
	begins := n.Timetable.Publish.AddDate(0, 0, 1-n.Timetable.Publish.Day())
	year := begins.Year()
	fiscal := plan.Period{From: plan.Date(begins.Format("2006-01-02")), To: plan.Date(begins.AddDate(1, 0, -1).Format("2006-01-02"))}
	head := map[string]any{"year": year, "period": fiscal, "title": both("What the ministry buys", "部机关采购计划"), "contact": plan.Contact{Name: "Procurement office"}}
	var p plan.View
	if err := officer.Create(ctx, "/api/v1/plans", head, &p); err != nil {
		return nil, err
	}
	path := "/api/v1/plans/" + p.ID
	entry := func(title tender.Text, c tender.Category, value *tender.Money, on string) error {
		return officer.Create(ctx, path+"/entries", map[string]any{"title": title, "category": c, "value": value, "ruleSet": ruleSet, "procedure": "open",
			"budget": plan.Budget{Line: "118-30", Source: both("State budget", "国家预算")}, "dates": plan.Dates{Publication: plan.Date(on)}}, nil)
	}
	if err := entry(n.Title, n.Category, n.Value, n.Timetable.Publish.Format("2006-01")); err != nil {
		return nil, err
	}
	if err := entry(both("Shelves for the archive", "档案室货架"), tender.Goods, pygPointer("18000000"), begins.AddDate(0, 9, 0).Format("2006-01")); err != nil {
		return nil, err
	}
	if err := officer.Post(ctx, path+"/submit", nil, &p); err != nil {
		return nil, err
	}
	var asked struct{ Record string }
	if err := approver.Get(ctx, path+"/approval", &asked); err != nil {
		return nil, err
	}
	signed, err := approver.device.Sign(sign.Approve, []byte(asked.Record))
	if err != nil {
		return nil, err
	}
	if err := approver.Post(ctx, path+"/approve", map[string]any{"signature": signed}, &p); err != nil {
		return nil, err
	}
	if err := approver.Post(ctx, path+"/publish", nil, &p); err != nil {
		return nil, err
	}
	s.tell.at(s.now, "The ministry publishes what it intends to buy in %d, two entries, approved by two people. Suppliers can prepare.", year)
	return &tender.Planned{Plan: p.ID, Entry: "1"}, must(len(p.Editions) == 1 && p.Editions[0].Content == p.Content.Hash(), "the plan that is out is the one that was approved")
}
