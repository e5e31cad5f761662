package site

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Page ties the name of a template to the type of its data, in one place, so
// that the compiler checks every use.
type Page[T any] struct{ desk, name string }

// PageOf names a page: pages/NAME.html of the desk.
func PageOf[T any](desk, name string) Page[T] { return Page[T]{desk, name} }

// Frame is what a template sees: the visit, and the page's own view.
type Frame[T any] struct {
	*Visit
	View T

	// Done is a sentence about what the visitor has just done; may be empty.
	Done string

	// Here is the path of the page, for the navigation.
	Here string
}

// Show writes the page, whole or not at all.
func (p Page[T]) Show(v *Visit, status int, view T) error {
	return v.render(p.desk+"/"+p.name, status, Frame[T]{v, view, v.done(), v.R.URL.Path})
}

func (v *Visit) render(name string, status int, frame any) error {
	t := v.site.sets[v.Lang][name]
	if t == nil {
		return fmt.Errorf("site: there is no page %q", name)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", frame); err != nil {
		return fmt.Errorf("site: page %q: %w", name, err)
	}
	return v.Answer(status, "text/html; charset=utf-8", b.Bytes())
}

// readPages parses every template once for each language. The ground's files
// whose names begin with "_" are there for all pages; a desk's for its own.
func (s *Site) readPages() error {
	s.sets = map[string]map[string]*template.Template{}
	for _, lang := range Languages {
		s.sets[lang] = map[string]*template.Template{}
		base, err := parts(template.New("").Funcs(s.funcs(lang)), s.Desks[0].Files)
		if err != nil {
			return err
		}
		for i, d := range s.Desks {
			mine := template.Must(base.Clone())
			if i > 0 {
				if mine, err = parts(mine, d.Files); err != nil {
					return err
				}
			}
			if err := s.readDesk(lang, d, mine); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Site) readDesk(lang string, d Desk, base *template.Template) error {
	names, err := fs.Glob(d.Files, "pages/*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		t, err := template.Must(base.Clone()).ParseFS(d.Files, name)
		if err != nil {
			return fmt.Errorf("site: %w", err)
		}
		for _, block := range []string{"title", "main"} {
			if t.Lookup(block) == nil {
				return fmt.Errorf("site: %s/%s defines no %q", d.Name, path.Base(name), block)
			}
		}
		s.sets[lang][d.Name+"/"+strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return nil
}

// parts adds the files that begin with "_".
func parts(t *template.Template, files fs.FS) (*template.Template, error) {
	names, err := fs.Glob(files, "pages/_*.html")
	if err != nil || len(names) == 0 {
		return t, err
	}
	t, err = t.ParseFS(files, names...)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return t, nil
}

// Streams reports whether the visitor's connection takes a stream of events,
// and opens it: each event is written at once.
func (v *Visit) Streams() (*http.ResponseController, bool) {
	rc := http.NewResponseController(v.W)
	v.W.Header().Set("Content-Type", "text/event-stream")
	v.W.Header().Set("Cache-Control", "no-store")
	v.W.WriteHeader(http.StatusOK)
	return rc, rc.Flush() == nil
}
