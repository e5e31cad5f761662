package audit

import (
	"net/http"

	"probity/bidding"
	"probity/server/audit"
	"probity/server/site"
	"probity/tender"
	"probity/tender/contract"
)

// filesView is everything of a procedure that can be taken along.
type filesView struct {
	head
	Openings  []*bidding.Opening
	Reports   []tender.Lot
	Contracts []*contract.Contract
}

// Archived reports whether there is an archive by now.
func (f filesView) Archived() bool {
	switch f.Tender.Phase {
	case tender.Sealed, tender.Complete, tender.Failed, tender.Cancelled:
		return true
	}
	return false
}

// Title is what a lot is called.
func (f filesView) Title(id string) tender.Text {
	if l := f.Tender.Notice.Lot(id); l != nil {
		return l.Title
	}
	return tender.Text{"en": id}
}

var filesPage = site.PageOf[filesView](name, "files")

func papers(v *site.Visit) error {
	h, err := headOf(v, "files")
	if err != nil {
		return err
	}
	view := filesView{head: h}
	var o site.List[*bidding.Opening]
	if err := v.Get(&o, "/api/v1/tenders/%s/openings", h.Tender.ID); err != nil {
		return err
	}
	for _, x := range o.Items {
		if x.State == bidding.Recorded {
			view.Openings = append(view.Openings, x)
		}
	}
	for _, l := range h.Tender.Lots {
		if l.Award != "" {
			view.Reports = append(view.Reports, l)
		}
	}
	var c site.List[*contract.Contract]
	if err := v.Get(&c, "/api/v1/tenders/%s/contracts", h.Tender.ID); err != nil {
		return err
	}
	for _, x := range c.Items {
		if x.Public() {
			view.Contracts = append(view.Contracts, x)
		}
	}
	return filesPage.Show(v, http.StatusOK, view)
}

func archive(v *site.Visit) error {
	path := "/api/v1/tenders/%s/archive?scope=full"
	if v.Query("scope") == "public" {
		path = "/api/v1/tenders/%s/archive?scope=public"
	}
	return v.Pass(v.Attach, path, v.Path("id"))
}

func spreadsheet(v *site.Visit) error {
	return v.Pass(v.Attach, "/api/v1/tenders/%s/spreadsheets/%s", v.Path("id"), v.Path("kind"))
}

func document(v *site.Visit) error {
	return v.Pass(v.Attach, "/api/v1/tenders/%s/files/%s", v.Path("id"), v.Path("hash"))
}

func openingPaper(v *site.Visit) error {
	return v.Pass(named(v, "opening-record.pdf"), "/api/v1/openings/%s/record.pdf", v.Path("opening"))
}

func reportPaper(v *site.Visit) error {
	return v.Pass(named(v, "evaluation-report.pdf"), "/api/v1/tenders/%s/lots/%s/report.pdf", v.Path("id"), v.Path("lot"))
}

func contractPaper(v *site.Visit) error {
	return v.Pass(named(v, "contract.pdf"), "/api/v1/contracts/%s/paper", v.Path("contract"))
}

// named saves a file that the API gives no name.
func named(v *site.Visit, name string) func(http.Header, []byte) {
	return func(api http.Header, start []byte) {
		v.Attach(api, start)
		v.W.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
}

type verificationView struct {
	head
	Report *audit.Report
	Wrong  *site.Wrong
	Key    string // of the log, for the command
}

var verificationPage = site.PageOf[verificationView](name, "verification")

func verification(v *site.Visit) error { return verificationAgain(v, nil, nil) }

func verificationAgain(v *site.Visit, r *audit.Report, w *site.Wrong) error {
	h, err := headOf(v, "verification")
	if err != nil {
		return err
	}
	view := verificationView{head: h, Report: r, Wrong: w}
	if r != nil {
		view.Key = r.Key
	}
	return verificationPage.Show(v, w.Status(), view)
}

// verify checks the archive here. It takes a while, and is asked for by a button.
func verify(v *site.Visit) error {
	if err := v.Form(&struct{}{}); err != nil {
		return err
	}
	var r audit.Report
	err := v.Get(&r, "/api/v1/tenders/%s/verification", v.Path("id"))
	if err == nil {
		return verificationAgain(v, &r, nil)
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	return verificationAgain(v, nil, w)
}

type readsView struct {
	*head // nil for all procedures
	List  []site.Access
	Next  string
}

var (
	readsPage   = site.PageOf[readsView](name, "reads")
	readsOfPage = site.PageOf[readsView](name, "reads-of")
)

func reads(v *site.Visit) error {
	var l site.List[site.Access]
	if err := v.Find(&l, map[string]string{"after": v.Query("after"), "user": v.Query("user")}, "/api/v1/accesses"); err != nil {
		return err
	}
	return readsPage.Show(v, http.StatusOK, readsView{nil, l.Items, l.Next})
}

// readsOf lists who has read what of one procedure.
func readsOf(v *site.Visit) error {
	h, err := headOf(v, "reads")
	if err != nil {
		return err
	}
	var l site.List[site.Access]
	if err := v.Find(&l, map[string]string{"after": v.Query("after"), "tender": h.Tender.ID}, "/api/v1/accesses"); err != nil {
		return err
	}
	return readsOfPage.Show(v, http.StatusOK, readsView{&h, l.Items, l.Next})
}
