package web

import (
	"bytes"
	"fmt"
	"io"

	"probity/documents/ocds"
	"probity/server/people"
	"probity/server/spreadsheet"
	"probity/server/visible"

	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/store"
)

// planRecordRoutes is what others take away from a published plan: its place in
// the log, and its data.
func (s *Server) planRecordRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/plans/{id}/facts", Name: "listPlanFacts", Right: Open, Status: ok, Do: do(s.listPlanFacts), Says: "Lists the facts of a plan that the asker may read, with the salts that show their place in the log."},
		{At: "GET /api/v1/plans/{id}/receipt", Name: "getPlanReceipt", Right: Open, Status: ok, Do: do(s.getPlanReceipt), Says: "Gives the receipt of one such fact."},
		{At: "GET /api/v1/plans/{id}/release", Name: "getPlanRelease", Right: Open, Status: ok, Do: do(s.getPlanRelease), Says: "Gives the last edition of a plan as an OCDS release package."},
		{At: "GET /api/v1/plans/{id}/table/{form}", Name: "getPlanTable", Right: Open, Status: ok, Do: do(s.getPlanTable), Says: "Gives an edition of a plan as a spreadsheet or as CSV."},
	}
}

type planFactsIn struct {
	onePlan
	factsIn
}

func (s *Server) listPlanFacts(c *Call, in planFactsIn) (List[factOut], error) {
	v, err := s.Plans.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return List[factOut]{Items: []factOut{}}, err
	}
	whole := party.Allowed(c.By, party.RecordRead, v.Buyer.ID) == nil
	if whole {
		r := people.Reading{Action: party.RecordRead, Topic: v.ID, Subject: "facts", Reason: string(in.Reason)}
		if err := s.People.Read(c.Context(), c.By, r); err != nil {
			return List[factOut]{Items: []factOut{}}, err
		}
	}
	return s.factsOn(c, v.ID, in.factsIn, whole, func(e store.Entry) bool { return whole || visible.PublicOfPlan(e.Name) })
}

type planReceiptIn struct {
	onePlan
	Fact string `query:"fact" validate:"required,max=300"`
}

func (s *Server) getPlanReceipt(c *Call, in planReceiptIn) (receiptOut, error) {
	v, err := s.Plans.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return receiptOut{}, err
	}
	return s.publicReceipt(c, v.ID, in.Fact, visible.PublicOfPlan)
}

// published is the last edition, as anybody sees it; Missing where there is none.
func (s *Server) published(c *Call, id string) (plan.View, error) {
	return s.Plans.Get(c.Context(), id, party.PublicActor)
}

type planReleaseIn struct {
	onePlan
	Lang string `query:"lang" validate:"omitempty,oneof=en zh zh-CN" doc:"of the texts; en if absent"`
}

// expected names the dates of an entry in releases, by language.
var expected = map[string]map[string]string{
	"en":    {"publication": "Publication", "bidsDue": "Bids due", "award": "Award", "contractStart": "Start of the contract", "contractEnd": "End of the contract"},
	"zh-CN": {"publication": "发布公告", "bidsDue": "投标截止", "award": "授标", "contractStart": "合同开始", "contractEnd": "合同结束"},
}

func (s *Server) getPlanRelease(c *Call, in planReleaseIn) (ocds.Package, error) {
	v, err := s.published(c, in.ID)
	if err != nil {
		return ocds.Package{}, err
	}
	lines, err := s.Plans.LinesOf(c.Context(), v.ID)
	return ocds.Plan(s.releases(in.Lang), v, lines), err
}

// releases is where releases come from, in one language.
func (s *Server) releases(lang string) ocds.Source {
	tag := "en"
	if lang != "" && lang != "en" {
		tag = "zh-CN"
	}
	return ocds.Source{Origin: s.Origin, Lang: tag, Milestones: expected[tag]}
}

type planTableIn struct {
	onePlan
	Form    string `path:"form" validate:"oneof=xlsx csv"`
	Edition int    `query:"edition" validate:"gte=0,lte=9999" doc:"the last one if absent"`
}

func (s *Server) getPlanTable(c *Call, in planTableIn) (*File, error) {
	v, err := s.published(c, in.ID)
	if err != nil {
		return nil, err
	}
	n := in.Edition
	if n == 0 {
		n = len(v.Editions)
	}
	_, content, err := s.Plans.Edition(c.Context(), v.ID, party.PublicActor, n)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s-%d-%d.%s", v.ID, content.Year, n, in.Form)
	sheet := headed(c.lang(), []spreadsheet.Sheet{planSheet(v.ID, content)})[0]
	if in.Form == "csv" {
		b, err := spreadsheet.CSV(sheet)
		return &File{Type: "text/csv; charset=utf-8", Name: name, Body: io.NopCloser(bytes.NewReader(b)), Length: int64(len(b))}, err
	}
	body, size, err := spreadsheet.Write(sheet)
	if err != nil {
		return nil, err
	}
	return &File{Type: xlsx, Name: name, Body: body, Length: size}, nil
}

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// planSheet is a plan as a table: a row for each entry.
func planSheet(id string, c plan.Content) spreadsheet.Sheet {
	head := []string{"ocid", "Entry", "Title", "标题", "Description", "Category", "Scheme", "Code", "Currency", "Value", "Value withheld", "Budget line", "Budget source",
		"Method", "Procedure", "Publication", "Bids due", "Award", "Contract start", "Contract end", "Withdrawn"}
	return spreadsheet.Sheet{Name: "Plan " + fmt.Sprint(c.Year), Head: head, Rows: func(put func(...any) error) error {
		for _, e := range c.Entries {
			var currency, withheld string
			if e.Value != nil {
				currency = string(e.Value.Currency)
			}
			if e.Withheld {
				withheld = "yes"
			}
			d := e.Dates
			if err := put(plan.ID(id, e.ID), e.Number(), e.Title.In("en"), e.Title.In("zh-CN"), e.Description.In("en"), string(e.Category), e.Classification.Scheme,
				e.Classification.ID, currency, e.Value, withheld, e.Budget.Line, e.Budget.Source.In("en"), string(e.Method), e.RuleSet+"/"+e.Procedure,
				string(d.Publication), string(d.BidsDue), string(d.Award), string(d.Start), string(d.End), e.Withdrawn.In("en")); err != nil {
				return err
			}
		}
		return nil
	}}
}
