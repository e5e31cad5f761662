package audit

import (
	"net/http"

	"probity/server/site"
	"probity/tender/plan"
)

// planView is the story of a plan: every fact, with its place in the log.
type planView struct {
	told
	Plan   plan.View
	Reason string
}

// Path is the address of the page.
func (p planView) Path() string { return "/audit/plans/" + p.Plan.ID }

var planPage = site.PageOf[planView](name, "plan")

func planStory(v *site.Visit) error {
	view := planView{Reason: v.Reason}
	err := v.Get(&view.Plan, "/api/v1/plans/%s", v.Path("plan"))
	if err != nil {
		return err
	}
	if view.told, err = tell(v, "/api/v1/plans/%s/facts", view.Plan.ID); err != nil {
		return err
	}
	return planPage.Show(v, http.StatusOK, view)
}
