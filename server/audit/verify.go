package audit

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/archive"
	"probity/tender/fault"
)

// Verify checks an archive and reports what it finds. The error says that the
// archive could not be read or that ctx ended, and nothing about the archive.
func Verify(ctx context.Context, r io.ReaderAt, size int64, t Trust) (*Report, error) {
	report := &Report{}
	rd, err := archive.Open(r, size)
	if err != nil {
		f := fault.From(err)
		report.add(f.Code, "", false, f.Sentence())
		return report, nil
	}
	v := &verifier{ctx: ctx, in: rd, trust: t, Report: report, listed: map[string]archive.File{}, withheld: map[string]int{},
		leaves: map[int64]string{}, keys: map[string]deviceKey{}, openings: map[string]*opening{}, rankings: map[string][]*ranking{}}
	report.OCID, report.Scope, report.Origin = rd.Manifest.OCID, Scope(rd.Manifest.Scope), rd.Manifest.Origin
	for _, f := range rd.Manifest.Files {
		v.listed[f.Path] = f
	}
	for _, part := range []func() error{
		v.container, v.log, v.people, v.versions, v.uptime, v.notice, v.bids, v.closing, v.lots, v.opened, v.evaluated, v.awarded, v.contracted, v.papers,
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := safely(part, v.odd); err != nil {
			return nil, err
		}
	}
	v.withheldNote()
	return report, nil
}

// safely runs one part. A record that no platform writes can bring sums and
// forms to where they were never meant to be: that is a finding about the
// archive, and must not keep the rest from being looked at.
func safely(part func() error, odd func(any)) (err error) {
	defer func() {
		if x := recover(); x != nil {
			odd(x)
		}
	}()
	return part()
}

func (v *verifier) odd(x any) {
	v.add("fact.form", "", false, fault.Say("The record holds something that cannot be computed with: %v.", x))
}

// verifier is a verification under way. What one part computes, later ones use.
type verifier struct {
	*Report
	ctx   context.Context
	in    *archive.Reader
	trust Trust

	listed   map[string]archive.File
	facts    []bidding.Placed // of the procedure, in the order of the log
	platform []bidding.Placed // about keys
	withheld map[string]int   // facts without a record, by name
	turns    []turn           // of all facts of the procedure, withheld or not
	leaves   map[int64]string // hex, by index
	beats    []placedBeat     // of the uptime record
	keys     map[string]deviceKey

	p              procedure
	closed, window *seal.Closing
	complete       map[[3]string]seal.Entry // stored bids, by lot, envelope and fingerprint
	openings       map[string]*opening      // by lot~envelope
	rankings       map[string][]*ranking    // by lot, first to last
	awards         []*decided
	lotFacts       map[string]map[string]string // by lot and name: the id of the first
	ownRoots       *x509.CertPool
}

// container checks the archive as a file, and who has signed its manifest.
func (v *verifier) container() error {
	list, err := v.in.Check(v.ctx, nil)
	if err != nil {
		return err
	}
	s := v.step("archive.container", "The archive is, byte for byte, as it was written, and every file is the one that the manifest names")
	s.n = len(v.listed)
	s.damages(list)
	scope := v.step("archive.scope", "The archive says who may have it")
	scope.expect(v.Scope == Public || v.Scope == Full, "", "The archive is neither public nor full, but %q.", v.Scope)
	scope.end()
	return nil
}

// damages puts damages, which have names of their own, into the report.
func (s *step) damages(list []archive.Damage) {
	for _, d := range list[:min(len(list), most)] {
		s.wrong = append(s.wrong, Check{d.Code, d.Path, false, d.Said.String(), d.Said})
	}
	s.n = max(s.n, 1)
	s.end()
}

// named lists the facts of a name, in order.
func (v *verifier) named(names ...string) []bidding.Placed {
	var list []bidding.Placed
	for _, f := range v.facts {
		for _, n := range names {
			if f.Name == n {
				list = append(list, f)
			}
		}
	}
	return list
}

// data reads what a fact says. What cannot be read is named once, here.
func data[T any](v *verifier, f bidding.Placed) (d T, ok bool) {
	if err := json.Unmarshal(f.Data, &d); err != nil {
		s := v.step("fact.form", "")
		s.fail(f.ID, "What the fact %s says cannot be read.", f.Name)
		s.end()
		return d, false
	}
	return d, true
}

// withheldNote says what could not be looked at.
func (v *verifier) withheldNote() {
	n := 0
	for _, k := range v.withheld {
		n += k
	}
	if n > 0 {
		v.note("scope.withheld", "%d facts are shown by their place in the log only; what they say was not checked.", n)
	}
	if v.Scope == Public {
		v.note("scope.public", "Technical envelopes are not in a public archive, so their opening was not repeated; their outcome is that of the opening record.")
	}
}

func hexOf(h [32]byte) string { return hex.EncodeToString(h[:]) }

// readTime reads a time as facts write it; zero if it is none.
func readTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
