package site

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
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
	t, err := v.site.page(v.Lang, name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", frame); err != nil {
		return fmt.Errorf("site: page %q: %w", name, err)
	}
	return v.Answer(status, "text/html; charset=utf-8", b.Bytes())
}

// pages are the templates that were shown already, by language, desk and page,
// and what the pages of a desk share.
type pages struct {
	mu    sync.Mutex
	shown map[string]*template.Template
	bases map[string]*template.Template
}

// page returns the template of "desk/page". It is parsed when it is first asked
// for: a process that parsed all of them would start a quarter of a second later.
func (s *Site) page(lang, name string) (*template.Template, error) {
	s.pages.mu.Lock()
	defer s.pages.mu.Unlock()
	if t := s.pages.shown[lang+" "+name]; t != nil {
		return t, nil
	}
	desk, file, _ := strings.Cut(name, "/")
	i := slices.IndexFunc(s.Desks, func(d Desk) bool { return d.Name == desk })
	if i < 0 {
		return nil, fmt.Errorf("site: there is no page %q", name)
	}
	base, err := s.base(lang, i)
	if err != nil {
		return nil, err
	}
	t, err := template.Must(base.Clone()).ParseFS(s.Desks[i].Files, "pages/"+file+".html")
	if err != nil {
		return nil, fmt.Errorf("site: page %q: %w", name, err)
	}
	for _, block := range []string{"title", "main"} {
		if t.Lookup(block) == nil {
			return nil, fmt.Errorf("site: page %q defines no %q", name, block)
		}
	}
	s.pages.shown[lang+" "+name] = t
	return t, nil
}

// base is what the pages of the i-th desk share. The ground's files whose names
// begin with "_" are there for all pages; a desk's for its own.
func (s *Site) base(lang string, i int) (*template.Template, error) {
	d := s.Desks[i]
	if t := s.pages.bases[lang+" "+d.Name]; t != nil {
		return t, nil
	}
	t := template.New("").Funcs(s.funcs(lang))
	if i > 0 {
		ground, err := s.base(lang, 0)
		if err != nil {
			return nil, err
		}
		t = template.Must(ground.Clone())
	}
	t, err := parts(t, d.Files)
	if err == nil {
		s.pages.bases[lang+" "+d.Name] = t
	}
	return t, err
}

// Parse parses all pages in all languages, and so finds those that cannot be
// read. A test does; a server need not.
func (s *Site) Parse() error {
	for _, d := range s.Desks {
		files, err := fs.Glob(d.Files, "pages/*.html")
		if err != nil {
			return err
		}
		for _, file := range files {
			name := strings.TrimSuffix(path.Base(file), ".html")
			for _, lang := range Languages {
				if strings.HasPrefix(name, "_") {
					continue
				}
				if _, err := s.page(lang, d.Name+"/"+name); err != nil {
					return err
				}
			}
		}
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
