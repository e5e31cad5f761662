package story_test

import (
	"bytes"

	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/audit"
)

// audited finds the procedure, fetches its archive, and lets the offline
// verifier look at it; the page says the same.
func (s *story) audited() {
	p := s.at(auditor)
	p.Go("/audit")
	if p.Has(`form[action$="/reason"]`) {
		s.reason("Audit of a finished procedure")
	}
	p.Fill(".pb-search", "q", "salt")
	p.Submit(".pb-search button")
	p.Submit(`a[href="/audit/tenders/` + s.id + `"]`)
	if p.Has(`form[action$="/reason"]`) {
		s.reason("Audit of a finished procedure")
	}
	p.Submit(`main a[href$="/files"]`)
	zip := p.Download(`a[href$="/archive"]`)
	r, err := audit.Verify(s.whole.Context(), bytes.NewReader(zip), int64(len(zip)), audit.Trust{Log: []string{s.site.LogKey.Public}, Seals: s.site.Papers.Roots()})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, wrong := range r.Wrong() {
		s.t.Errorf("the archive: %s %s: %s", wrong.Name, wrong.Subject, wrong.Text)
	}
	p.Submit(`main a[href$="/verification"]`)
	p.Submit(`form[action$="/verification"] button`)
	if !p.Has(".pb-verdict--ok") {
		s.t.Errorf("the page finds: %s", p.Text("main"))
	}
}

func (s *story) reason(why string) {
	s.t.Helper()
	p := s.at(auditor)
	p.Fill(`form[action$="/reason"]`, "reason", why)
	p.Submit(`form[action$="/reason"] button`)
}

// results are what everybody sees.
func (s *story) results() {
	p := s.at(citizen)
	p.Go("/tenders/" + s.id)
	p.Submit(`main a[href$="/results"]`)
	for _, want := range []string{"Name of org-bamboo", "Aurora Salt", "11,480.00"} {
		s.says(citizen, "main", want)
	}
}

func (s *story) kept() {
	s.site.Settle()
	found, err := audit.Fsck(s.whole.Context(), audit.Keeping{Engine: s.site.Engine, Objects: s.site.Objects, Kinds: app.Collections(),
		Trust: ledger.Policy{Origin: "test.example/log"}, Deep: true})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, x := range found {
		s.t.Errorf("%s %s: %s", x.Name, x.Subject, x.Text)
	}
}
