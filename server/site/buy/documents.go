package buy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"probity/server/site"
	"probity/tender"
)

var documentsPage = site.PageOf[*stepView](name, "documents")

// maxFile is the largest file that is taken; the API has the last word.
const maxFile = 200 << 20

func (d *desk) documents(v *site.Visit) error { return d.showDocuments(v, newSheet(), nil) }

func (d *desk) showDocuments(v *site.Visit, s sheet, wrong *site.Wrong) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := &stepView{procedure: p, Step: "documents", Sheet: s, Wrong: wrong, v: v, Amending: p.Public()}
	if view.Over, err = overviewOf(v, p.ID); err != nil {
		return err
	}
	view.Tasks = tasksOf(p, view.Over)
	view.Here = slices.IndexFunc(view.Tasks, func(t task) bool { return t.Step == "documents" })
	view.Found = view.Over.of("documents", 0)
	return documentsPage.Show(v, wrong.Status(), view)
}

// upload takes in a file, stores it under its hash, and names it in the notice
// that is being written.
func (d *desk) upload(v *site.Visit) error {
	if !v.SignedIn() {
		return v.Get(nil, "/api/v1/me")
	}
	f, s, err := receive(v)
	if f != nil {
		defer f.remove()
	}
	if err != nil {
		wrong, err := v.Again(err)
		if err != nil {
			return err
		}
		return d.showDocuments(v, s, wrong)
	}
	p, err := get(v)
	if err != nil {
		return err
	}
	wrong, err := v.Again(d.store(v, p, f, s))
	if wrong != nil {
		return d.showDocuments(v, s, tidy(wrong))
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.uploaded", p.Path()+"/documents")
}

func (d *desk) store(v *site.Visit, p *procedure, f *received, s sheet) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var stored struct {
		At time.Time `json:"at"`
	}
	if err := v.Send(f, f.size, &stored, "/api/v1/tenders/%s/files/%s", p.ID, f.sum); err != nil {
		return err
	}
	draft := planOf(p)
	place(&draft.Notice, s, tender.Version{Number: 1, Name: f.name, Media: f.media, Size: f.size, SHA256: f.sum, At: stored.At.Truncate(time.Second)})
	v.R.PostForm = map[string][]string{"_version": {strconv.FormatInt(p.Version, 10)}}
	return save(v, p, draft)
}

// place names a file in the notice: as a new document, or as a new version of
// one.
func place(n *tender.Notice, s sheet, x tender.Version) {
	n.Documents = slices.Clone(n.Documents)
	for i, old := range n.Documents {
		if old.ID == s.Get("document") {
			x.Number = len(old.Versions) + 1
			n.Documents[i].Versions = append(slices.Clone(old.Versions), x)
			return
		}
	}
	doc := tender.Document{Type: s.Get("type"), Versions: []tender.Version{x}, Title: tender.Text{}}
	for _, lang := range texts {
		if t := strings.TrimSpace(s.Get("title." + lang)); t != "" {
			doc.Title[lang] = t
		}
	}
	doc.ID = fresh("d", func(id string) bool {
		return slices.ContainsFunc(n.Documents, func(d tender.Document) bool { return d.ID == id })
	})
	n.Documents = append(n.Documents, doc)
}

// removeDocument takes a document out of a draft. What was published stays: the
// API refuses to leave out its versions.
func (d *desk) removeDocument(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	p, err := get(v)
	if err != nil {
		return err
	}
	draft := planOf(p)
	i := slices.IndexFunc(draft.Notice.Documents, func(x tender.Document) bool { return x.ID == v.Path("n") })
	if i < 0 {
		return v.Missing()
	}
	draft.Notice.Documents = slices.Delete(slices.Clone(draft.Notice.Documents), i, i+1)
	wrong, err := v.Again(save(v, p, draft))
	if wrong != nil {
		return d.showDocuments(v, newSheet(), tidy(wrong))
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.removed", p.Path()+"/documents")
}

// received is a file that came with a form, kept on the disk meanwhile.
type received struct {
	*os.File
	name, media, sum string
	size             int64
}

func (f *received) remove() {
	f.Close()
	os.Remove(f.Name())
}

// receive reads a form with one file. Its fields come before the file, or after.
func receive(v *site.Visit) (f *received, s sheet, err error) {
	s = newSheet()
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, maxFile+1<<20)
	parts, err := v.R.MultipartReader()
	if err != nil {
		return nil, s, &site.Problem{Problem: wrongOf(http.StatusBadRequest, "request.type", v.T("buy.file.form"), nil).Problem.Problem}
	}
	refuse := func(field, word string) error {
		return wrongOf(unprocessable, "request.fields", v.T(word), map[string]string{field: v.T(word)}).Problem
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return f, s, broken(v, err)
		}
		if part.FormName() != "file" {
			b, err := io.ReadAll(io.LimitReader(part, 64<<10))
			if err != nil {
				return f, s, broken(v, err)
			}
			s.Set(part.FormName(), strings.TrimSpace(string(b)))
			continue
		}
		if f != nil || part.FileName() == "" {
			continue
		}
		if f, err = keep(part); err != nil {
			return f, s, broken(v, err)
		}
	}
	switch {
	case f == nil:
		return nil, s, refuse("file", "buy.file.missing")
	case f.size == 0:
		return f, s, refuse("file", "buy.file.empty")
	case s.Get("document") == "" && s.Get("title.en") == "" && s.Get("title.zh-CN") == "":
		return f, s, refuse("title.en", "buy.file.title")
	}
	return f, s, nil
}

// broken says what was the matter with an upload that did not arrive.
func broken(v *site.Visit, err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return wrongOf(unprocessable, "request.size", v.T("buy.file.large"), map[string]string{"file": v.T("buy.file.large")}).Problem
	}
	return wrongOf(http.StatusBadRequest, "request.incomplete", v.T("buy.file.broken"), map[string]string{"file": v.T("buy.file.broken")}).Problem
}

// keep writes a file to the disk and computes its hash on the way.
func keep(part *multipart.Part) (*received, error) {
	tmp, err := os.CreateTemp("", "probity-upload-")
	if err != nil {
		return nil, err
	}
	f := &received{File: tmp, name: path.Base(strings.ReplaceAll(part.FileName(), `\`, "/"))}
	f.media = mediaOf(f.name, part.Header.Get("Content-Type"))
	h := sha256.New()
	if f.size, err = io.Copy(io.MultiWriter(tmp, h), part); err != nil {
		return f, err
	}
	f.sum = hex.EncodeToString(h.Sum(nil))
	return f, nil
}

// mediaOf is what kind of file it is, by its name and else by what the browser
// says.
func mediaOf(name, said string) string {
	if byName, _, err := mime.ParseMediaType(mime.TypeByExtension(path.Ext(name))); err == nil && byName != "" {
		return byName
	}
	if m, _, err := mime.ParseMediaType(said); err == nil {
		return m
	}
	return "application/octet-stream"
}
