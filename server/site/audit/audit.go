// Package audit is the auditor's desk: find a procedure, read its whole story
// with every fact, actor and place in the log, take the record along in one
// file, see it checked, see who has read what, and what deserves a second look.
//
// Start with [Desk], the site map. Whoever oversees others says why they read;
// the reason is asked once for each procedure (reason.go), kept in the reader's
// own browser, and goes on record with each read that it covers.
package audit

import (
	"embed"
	"net/http"
	"strconv"
	"time"

	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

const name = "audit"

//go:embed all:pages words
var files embed.FS

// Desk is the auditor's desk.
func Desk() site.Desk {
	const one = "/audit/tenders/{id}"
	return site.Desk{Name: name, Files: files,
		Nav: []site.Link{{Path: "/audit", Word: "audit.nav", Right: party.RecordRead}},
		Routes: []site.Route{
			{At: "GET /audit", Do: find},
			{At: "GET /audit/reads", Do: because(reads)},
			{At: "POST /audit/reads/reason", Do: sayWhy},

			{At: "GET /audit/plans/{plan}", Do: because(planStory)},
			{At: "POST /audit/plans/{plan}/reason", Do: sayWhy},

			{At: "POST " + one + "/reason", Do: sayWhy},
			{At: "GET " + one, Do: because(story)},
			{At: "GET " + one + "/entries/{index}", Do: because(entry)},
			{At: "GET " + one + "/flags", Do: because(flags)},
			{At: "GET " + one + "/files", Do: because(papers)},
			{At: "GET " + one + "/archive", Do: because(archive)},
			{At: "GET " + one + "/spreadsheets/{kind}", Do: because(spreadsheet)},
			{At: "GET " + one + "/documents/{hash}", Do: because(document)},
			{At: "GET " + one + "/openings/{opening}", Do: because(openingPaper)},
			{At: "GET " + one + "/reports/{lot}", Do: because(reportPaper)},
			{At: "GET " + one + "/contracts/{contract}", Do: because(contractPaper)},
			{At: "GET " + one + "/verification", Do: because(verification)},
			{At: "POST " + one + "/verification", Do: because(verify)},
			{At: "GET " + one + "/reads", Do: because(readsOf)},
		}}
}

// foundView is the search for a procedure.
type foundView struct {
	Query, Status string
	Found         found
}

// found is a page of results, as the API gives it.
type found struct {
	Items []result `json:"items"`
	Total int      `json:"total"`
	Page  int      `json:"page"`
	Pages int      `json:"pages"`
}

// Prev and Next are the neighbouring pages; 0 for none.
func (f found) Prev() int { return f.Page - 1 }

// Next is the page after this one; 0 for none.
func (f found) Next() int {
	if f.Page < f.Pages {
		return f.Page + 1
	}
	return 0
}

var findPage = site.PageOf[foundView](name, "find")

// find looks procedures up, by words or by id.
func find(v *site.Visit) error {
	if err := admit(v); err != nil {
		return err
	}
	view := foundView{Query: v.Query("q"), Status: v.Query("status")}
	page, _ := strconv.Atoi(v.Query("page"))
	q := map[string]string{"q": view.Query, "status": view.Status, "lang": v.Lang, "order": "newest"}
	if page > 1 {
		q["page"] = strconv.Itoa(page)
	}
	if err := v.Find(&view.Found, q, "/api/v1/search/tenders"); err != nil {
		return err
	}
	return findPage.Show(v, http.StatusOK, view)
}

// result is a procedure that was found.
type result struct {
	ID        string         `json:"id"`
	Title     tender.Text    `json:"title"`
	Buyer     tender.OrgName `json:"buyer"`
	Status    string         `json:"status"`
	Phase     string         `json:"phase"`
	Published time.Time      `json:"published"`
	Deadline  time.Time      `json:"deadline"`
	Value     *tender.Money  `json:"value"`
}
