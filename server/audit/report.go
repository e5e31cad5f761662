package audit

import (
	"slices"
	"sync"

	"probity/tender/fault"
)

// Check is one thing that was looked at. Names are stable:
//
//	archive.*              see archive.Damage
//	archive.scope          who may have the archive
//	archive.signed         the manifest and its note
//	log.entry log.order log.leaf log.record
//	                       the entries, one by one
//	log.key log.checkpoint log.proof
//	                       the log's keys, its signed head, and the way there
//	keys.registered        people's keys
//	fact.gap fact.form     facts that are missing, or cannot be read
//	uptime.record          when the platform could be reached
//	notice.approval notice.openers notice.amendment notice.document notice.outage notice.bounds
//	bid.signature bid.record bid.late
//	closing.list closing.stored
//	                       which bids were in time, and which complete
//	lot.minimum            the least number of bids
//	opening.batch opening.answer opening.combine opening.record
//	opening.bid opening.proof opening.file opening.offer
//	evaluation.signature evaluation.input evaluation.decision evaluation.ranking evaluation.draw
//	award.signature award.winner award.standstill award.notice
//	contract.signature contract.record contract.paper contract.sums
//	paper.seal             the other papers
type Check struct {
	Name    string `json:"name"`              // stable and dotted: "bid.signature"
	Subject string `json:"subject,omitempty"` // what it is about: a fact, a file, a bid; "" for all
	OK      bool   `json:"ok"`
	Text    string `json:"text"`

	Said fault.Sentence `json:"-"` // Text in its parts
}

// Note is something that a reader must know besides.
type Note struct {
	Name string `json:"name"` // "log.key_not_compared", "scope.withheld", ...
	Text string `json:"text"`

	Said fault.Sentence `json:"-"` // Text in its parts
}

// Report is what Verify finds.
type Report struct {
	OCID   string  `json:"ocid"`
	Scope  Scope   `json:"scope"`
	Origin string  `json:"origin"` // of the log
	Size   int64   `json:"size"`   // of the log at the archive's checkpoint
	Root   string  `json:"root"`   // hex
	Key    string  `json:"key"`    // verifier key by which the checkpoint was believed
	Checks []Check `json:"checks"`
	Notes  []Note  `json:"notes,omitempty"`
}

// OK reports whether nothing is wrong.
func (r *Report) OK() bool { return len(r.Wrong()) == 0 }

// Wrong lists the checks that failed.
func (r *Report) Wrong() []Check {
	var list []Check
	for _, c := range r.Checks {
		if !c.OK {
			list = append(list, c)
		}
	}
	return list
}

// In is the report in the words of say.
func (r *Report) In(say func(fault.Sentence) string) *Report {
	out := *r
	out.Checks, out.Notes = slices.Clone(r.Checks), slices.Clone(r.Notes)
	for i, c := range r.Checks {
		out.Checks[i].Text = say(c.Said)
	}
	for i, n := range r.Notes {
		out.Notes[i].Text = say(n.Said)
	}
	return &out
}

func (r *Report) add(name, subject string, ok bool, s fault.Sentence) {
	r.Checks = append(r.Checks, Check{name, subject, ok, s.String(), s})
}

func (r *Report) note(name, format string, args ...any) {
	s := fault.Say(format, args...)
	r.Notes = append(r.Notes, Note{name, s.String(), s})
}

// most is how many failures of one name are listed; more would hide the others.
const most = 200

// step is one kind of check over many things. A step that finds nothing wrong
// becomes one line of the report, with how many things there were.
type step struct {
	report *Report
	name   string
	says   string // what holds if nothing is wrong

	mu    sync.Mutex
	n     int
	wrong []Check
}

func (r *Report) step(name, says string) *step { return &step{report: r, name: name, says: says} }

// expect counts one thing, and notes it as wrong unless ok. It returns ok.
func (s *step) expect(ok bool, subject, format string, args ...any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	if !ok {
		said := fault.Say(format, args...)
		s.wrong = append(s.wrong, Check{s.name, subject, false, said.String(), said})
	}
	return ok
}

// fail notes one thing as wrong.
func (s *step) fail(subject, format string, args ...any) { s.expect(false, subject, format, args...) }

// end puts the step into the report.
func (s *step) end() {
	if s.n > 0 && len(s.wrong) == 0 {
		s.report.add(s.name, "", true, fault.Say("%s (%d comparisons).", fault.Say(s.says), s.n))
		return
	}
	list := s.wrong[:min(len(s.wrong), most)]
	s.report.Checks = append(s.report.Checks, list...)
	if more := len(s.wrong) - len(list); more > 0 {
		s.report.add(s.name, "", false, fault.Say("The same holds for %d more.", more))
	}
}
