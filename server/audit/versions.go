package audit

import (
	"strconv"
	"strings"

	"probity/bidding/security"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/contract"
	"probity/tender/enquiry"
	"probity/tender/plan"
)

// whole are the kinds of documents whose every change is a fact, so that a
// missing version is a missing fact. A complaint, a bid, a sheet of scores or an
// account also changes in ways that are not facts.
var whole = map[string]bool{
	tender.Kind: true, contract.Kind: true, enquiry.Kind: true, award.Kind: true, plan.Kind: true, "opening": true, "judgement": true, "panel": true,
	"clarification": true, security.Kind: true,
}

// silent are the facts behind which one version may be without any: it notes
// that what the fact asks of the lot has been done.
var silent = map[string]bool{"award.notify": true, "award.pass-over": true, "opening.record": true}

// turn is one fact's place among those of its document.
type turn struct {
	id, kind, subject, name string
	version, n              int64
}

// turnOf takes the ID of a fact apart: KIND/ID#VERSION or KIND/ID#VERSION.N.
func turnOf(id, name string) (turn, bool) {
	t := turn{id: id, name: name}
	i := strings.LastIndexByte(id, '#')
	if i < 0 {
		return t, false
	}
	t.subject = id[:i]
	t.kind, _, _ = strings.Cut(t.subject, "/")
	version, n, more := strings.Cut(id[i+1:], ".")
	var err1, err2 error
	t.version, err1 = strconv.ParseInt(version, 10, 64)
	if more {
		t.n, err2 = strconv.ParseInt(n, 10, 64)
	}
	return t, err1 == nil && err2 == nil && t.version > 0
}

// versions checks that no fact of a document is missing between its first and
// its last, and that none is there twice.
func (v *verifier) versions() error {
	s := v.step("fact.gap", "No fact is missing between the first and the last of any document")
	last := map[string]turn{}
	seen := map[string]bool{}
	for _, t := range v.turns {
		if !s.expect(!seen[t.id], t.id, "The fact is there twice.") {
			continue
		}
		seen[t.id] = true
		before, some := last[t.subject]
		last[t.subject] = t
		s.expect(follows(before, t, some), t.id, "A fact of %s is missing before this one.", t.subject)
	}
	s.end()
	return nil
}

// follows reports whether b can come next after a, or first.
func follows(a, b turn, some bool) bool {
	switch {
	case !some:
		return b.n == 0 && (b.version == 1 || !whole[b.kind])
	case b.version == a.version:
		return b.n == a.n+1
	case b.version < a.version || b.n != 0:
		return false
	}
	return !whole[b.kind] || b.version == a.version+1 || b.version == a.version+2 && silent[a.name]
}
