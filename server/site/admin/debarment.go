package admin

import (
	"net/http"
	"strconv"
	"time"

	"probity/server/site"
	"probity/tender/party"
)

type debarment struct {
	party.Debarment
	N     int
	Force bool // now
}

type debarForm struct {
	By     string `form:"by"`
	Reason string `form:"debar"`
	From   string `form:"from"`
	Until  string `form:"until"`
}

// debar puts a debarment on record. Days begin in the zone of the pages; the
// last day is counted in.
func debar(v *site.Visit) error {
	var in debarForm
	if err := v.Form(&in); err != nil {
		return err
	}
	body := map[string]any{"by": in.By, "reason": in.Reason}
	wrong := map[string]string{}
	for field, day := range map[string]string{"from": in.From, "until": in.Until} {
		if day == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, day, v.Site().Zone)
		if err != nil {
			wrong[field] = v.T("admin.day")
			continue
		}
		if field == "until" {
			t = t.AddDate(0, 0, 1)
		}
		body[field] = t.UTC()
	}
	if len(wrong) > 0 {
		p := &site.Problem{}
		p.Status, p.Code, p.Detail, p.Errors = http.StatusUnprocessableEntity, "request.fields", v.T("site.form.wrong"), wrong
		return orgWith(v, orgView{Wrong: &site.Wrong{Problem: p}, Debar: in})
	}
	if err := v.Post(body, nil, "/api/v1/organisations/%s/debarments", v.Path("id")); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		if s := w.On("reason"); s != "" {
			w.Problem.Errors["debar"] = s
			delete(w.Problem.Errors, "reason")
		}
		return orgWith(v, orgView{Wrong: w, Debar: in})
	}
	return v.SeeOther("admin.done.debar", "/admin/organisations/%s", v.Path("id"))
}

func lift(v *site.Visit) error {
	var in struct {
		Reason string `form:"lift"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	n, err := strconv.Atoi(v.Path("n"))
	if err != nil {
		return v.Missing()
	}
	if err := v.Post(map[string]string{"reason": in.Reason}, nil, "/api/v1/organisations/%s/debarments/%s/lift", v.Path("id"), n); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return orgWith(v, orgView{Wrong: w})
	}
	return v.SeeOther("admin.done.lift", "/admin/organisations/%s", v.Path("id"))
}
