package admin

import (
	"io"
	"mime"
	"net/http"
	"time"

	"probity/server/site"
	"probity/tender/text"
)

// class is a list of codes.
type class struct {
	Scheme   string    `json:"scheme"`
	Title    text.Text `json:"title"`
	Edition  int       `json:"edition"`
	Codes    int       `json:"codes"`
	Editions []struct {
		Number int       `json:"number"`
		SHA256 string    `json:"sha256"`
		Codes  int       `json:"codes"`
		Source string    `json:"source"`
		Loaded time.Time `json:"loaded"`
	} `json:"editions"`
}

type classesView struct {
	Wrong *site.Wrong
	In    classForm
	Items []class
}

type classForm struct{ Scheme, Title, Source string }

var classesPage = site.PageOf[classesView](name, "classifications")

func listClasses(v *site.Visit) error { return classes(v, classesView{}) }

func classes(v *site.Visit, view classesView) error {
	var list site.List[class]
	if err := v.Get(&list, "/api/v1/classifications"); err != nil {
		return err
	}
	view.Items = list.Items
	return classesPage.Show(v, view.Wrong.Status(), view)
}

// largest list of codes that is taken in: CPV in all its languages has 13 MB.
const largestList = 40 << 20

// loadClass takes in a file, so its form is of another kind than all others.
func loadClass(v *site.Visit) error {
	if err := v.Known(); err != nil {
		return err
	}
	if kind, _, _ := mime.ParseMediaType(v.R.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return refusal(v, http.StatusUnsupportedMediaType, "request.type", "site.form.type")
	}
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, largestList)
	if err := v.R.ParseMultipartForm(4 << 20); err != nil {
		return refusal(v, http.StatusRequestEntityTooLarge, "request.size", "site.form.large")
	}
	defer v.R.MultipartForm.RemoveAll()
	view := classesView{In: classForm{v.Value("scheme"), v.Value("title"), v.Value("source")}}
	if view.In.Scheme == "" {
		return classWrong(v, view, "scheme", v.T("site.form.required"))
	}
	f, _, err := v.R.FormFile("csv")
	if err != nil {
		return classWrong(v, view, "csv", v.T("admin.classifications.file_missing"))
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	body := map[string]any{"title": text.Of(v.Lang, view.In.Title), "source": view.In.Source, "csv": string(b)}
	if err := v.Post(body, nil, "/api/v1/classifications/%s", view.In.Scheme); err != nil {
		if view.Wrong, err = v.Again(err); err != nil {
			return err
		}
		if s := view.Wrong.On("title." + v.Lang); s != "" {
			view.Wrong.Problem.Errors["title"] = s
			delete(view.Wrong.Problem.Errors, "title."+v.Lang)
		}
		return classes(v, view)
	}
	return v.SeeOther("admin.done.loaded", "/admin/classifications")
}

func classWrong(v *site.Visit, view classesView, field, sentence string) error {
	p := &site.Problem{}
	p.Status, p.Code, p.Detail = http.StatusUnprocessableEntity, "request.fields", sentence
	p.Errors = map[string]string{field: sentence}
	view.Wrong = &site.Wrong{Problem: p}
	return classes(v, view)
}

func refusal(v *site.Visit, status int, code, word string) error {
	p := &site.Problem{}
	p.Status, p.Code, p.Detail = status, code, v.T(word)
	return p
}
