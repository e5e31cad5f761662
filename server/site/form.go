package site

import (
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/go-playground/form/v4"

	"probity/server/web"
)

// formLimit is the largest form that is read; files come in forms of their own.
const formLimit = 4 << 20

// decoder reads posted forms. Their fields are named as the API names them.
var decoder = func() *form.Decoder {
	d := form.NewDecoder()
	d.SetTagName("form")
	d.SetMaxArraySize(1000)
	return d
}()

// Form reads what was posted into in, a pointer to a struct with "form" tags.
// White space around values is none of theirs.
func (v *Visit) Form(in any) error {
	if err := v.parseForm(); err != nil {
		return err
	}
	for _, list := range v.R.PostForm {
		for i := range list {
			list[i] = strings.TrimSpace(strings.ReplaceAll(list[i], "\r\n", "\n"))
		}
	}
	if err := decoder.Decode(in, v.R.PostForm); err != nil {
		wrong := map[string]string{}
		if list, ok := errors.AsType[form.DecodeErrors](err); ok {
			for name := range list {
				wrong[name] = v.T("site.form.unreadable")
			}
		}
		return &Problem{web.Problem{Status: http.StatusUnprocessableEntity, Code: "request.fields", Detail: v.T("site.form.wrong"), Errors: wrong}}
	}
	return nil
}

func (v *Visit) parseForm() error {
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, formLimit)
	kind, _, _ := mime.ParseMediaType(v.R.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		return &Problem{web.Problem{Status: http.StatusUnsupportedMediaType, Code: "request.type", Detail: v.T("site.form.type")}}
	}
	if err := v.R.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return &Problem{web.Problem{Status: http.StatusRequestEntityTooLarge, Code: "request.size", Detail: v.T("site.form.large")}}
		}
		return &Problem{web.Problem{Status: http.StatusBadRequest, Code: "request.incomplete", Detail: v.T("site.form.broken")}}
	}
	return nil
}

// Value is one value of the posted form.
func (v *Visit) Value(name string) string { return strings.TrimSpace(v.R.PostForm.Get(name)) }

// Wrong is what a refused form shows: what is the matter, and with which field.
// A nil Wrong is a form that nobody has refused.
type Wrong struct{ Problem *Problem }

// On is the complaint about a field, or "".
func (w *Wrong) On(name string) string {
	if w == nil {
		return ""
	}
	return w.Problem.Errors[name]
}

// Complaint is one line of the summary above a form.
type Complaint struct{ ID, Text string }

// Complaints lists what is wrong, for the summary: the fields, or else the
// matter as a whole.
func (w *Wrong) Complaints() []Complaint {
	if w == nil {
		return nil
	}
	var list []Complaint
	for _, name := range sorted(w.Problem.Errors) {
		list = append(list, Complaint{Field{Name: name}.ID(), w.Problem.Errors[name]})
	}
	if len(list) == 0 {
		list = append(list, Complaint{"", w.Problem.Detail})
	}
	return list
}

// Status is that of the page that shows the form again.
func (w *Wrong) Status() int {
	if w == nil {
		return http.StatusOK
	}
	return w.Problem.Status
}

// Stale reports whether somebody has changed the thing meanwhile.
func (w *Wrong) Stale() bool {
	return w != nil && (w.Problem.Status == http.StatusPreconditionFailed || strings.HasSuffix(w.Problem.Code, ".stale"))
}

// Again tells whether the form is to be shown again, filled in: what its owner
// can mend, by other words or by looking again. Every other error is returned.
func (v *Visit) Again(err error) (*Wrong, error) {
	p, ok := Refused(err)
	if !ok {
		return nil, err
	}
	switch p.Status {
	case http.StatusUnprocessableEntity, http.StatusConflict, http.StatusPreconditionFailed, http.StatusForbidden, http.StatusBadRequest, http.StatusTooManyRequests:
		return &Wrong{p}, nil
	}
	return nil, err
}
