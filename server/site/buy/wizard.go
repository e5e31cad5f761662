package buy

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"probity/server/people"
	"probity/server/site"
	"probity/tender"
	"probity/tender/rules"
)

// plan is a draft as the API takes it.
type plan struct {
	Notice  tender.Notice        `json:"notice"`
	RuleSet string               `json:"ruleSet"`
	Openers []tender.OpenerGroup `json:"openers"`
	Panel   []tender.Member      `json:"panel"`
}

// planOf is the draft as it stands. Lists that are empty are there all the
// same: the API takes no null.
func planOf(p *procedure) plan {
	return plan{p.Writing(), p.RuleSet, append([]tender.OpenerGroup{}, p.Openers.Groups...), append([]tender.Member{}, p.Panel...)}
}

// step is a part of a draft with a form of its own. Those of lots have one for
// each lot.
type step struct {
	name  string
	lots  bool
	write func(s sheet, p *plan, n int, v *site.Visit)
	read  func(r *reader, p *plan, n int)
}

// steps are in the order in which one usually goes.
var steps = []step{
	{"basics", false, writeBasics, readBasics},
	{"lots", false, writeLots, readLots},
	{"items", true, writeItems, readItems},
	{"criteria", true, writeCriteria, readCriteria},
	{"requirements", false, writeRequirements, readRequirements},
	{"documents", false, nil, nil}, // files have a page of their own
	{"dates", false, writeDates, readDates},
	{"bids", false, writeBids, readBids},
	{"people", false, writePeople, readPeople},
	{"terms", false, writeTerms, readTerms},
}

func stepNamed(name string) *step {
	for i := range steps {
		if steps[i].name == name && steps[i].write != nil {
			return &steps[i]
		}
	}
	return nil
}

var lotForm = regexp.MustCompile(`^lots\[(\d+)\]\.(items|criteria)`)

// stepOf is the step, and the lot, in which a member of the notice is written.
func stepOf(path string) (string, int) {
	if m := lotForm.FindStringSubmatch(path); m != nil {
		n, _ := strconv.Atoi(m[1])
		return m[2], n
	}
	head, _, _ := strings.Cut(strings.NewReplacer("[", ".").Replace(path), ".")
	switch head {
	case "lots", "requirements", "documents", "terms":
		return head, 0
	case "timetable", "validityDays":
		return "dates", 0
	case "envelopes", "security":
		return "bids", 0
	case "openers", "panel":
		return "people", 0
	}
	return "basics", 0
}

// stepView is one step with its form.
type stepView struct {
	*procedure
	Step  string
	N     int // of the lot
	Sheet sheet
	Wrong *site.Wrong
	Found []tender.Finding // about this step
	Tasks []task
	Here  int // of Tasks

	Currency tender.Currency
	Rules    []*ruleSet
	Policy   *rules.Policy
	People   []people.Colleague
	Over     *overview
	Example  *example
	Chart    *chart
	Amending bool

	v *site.Visit
}

// Version is the one that the form's owner saw.
func (s *stepView) Version() string { return strconv.FormatInt(s.procedure.Version, 10) }

// stepPages has a page for each step.
var stepPages = func() map[string]site.Page[*stepView] {
	m := map[string]site.Page[*stepView]{}
	for _, s := range steps {
		if s.write != nil {
			m[s.name] = site.PageOf[*stepView](name, "step-"+s.name)
		}
	}
	return m
}()

// open finds the step of the page's address, and the draft.
func (d *desk) open(v *site.Visit) (*step, *stepView, error) {
	s := stepNamed(v.Path("step"))
	if s == nil || s.lots != (v.Path("n") != "") {
		return nil, nil, v.Missing()
	}
	p, err := get(v)
	if err != nil {
		return nil, nil, err
	}
	view := &stepView{procedure: p, Step: s.name, Sheet: newSheet(), v: v, Amending: p.Public()}
	if s.lots {
		if view.N, err = strconv.Atoi(v.Path("n")); err != nil || view.N < 0 || view.N >= len(p.Writing().Lots) {
			return nil, nil, v.Missing()
		}
	}
	return s, view, nil
}

func (d *desk) showStep(v *site.Visit) error {
	s, view, err := d.open(v)
	if err != nil {
		return err
	}
	if !view.May("edit") && !view.May("amend") {
		return v.SeeOther("", view.Path())
	}
	p := planOf(view.procedure)
	s.write(view.Sheet, &p, view.N, v)
	return d.show(v, http.StatusOK, s, view, &p)
}

// show shows a step with what the API says about the draft as it is in p.
func (d *desk) show(v *site.Visit, status int, s *step, view *stepView, p *plan) error {
	view.Currency, view.Policy = p.Notice.Currency, view.procedure.Policy
	var err error
	if view.Over, err = overviewOf(v, view.ID); err != nil {
		return err
	}
	view.Tasks = tasksOf(view.procedure, view.Over)
	for i, t := range view.Tasks {
		if t.Step == s.name && (!s.lots || t.N == view.N) {
			view.Here = i
		}
	}
	switch s.name {
	case "basics":
		var sets site.List[*ruleSet]
		if err := v.Get(&sets, "/api/v1/rules"); err != nil {
			return err
		}
		view.Rules = sets.Items
	case "people":
		var list site.List[people.Colleague]
		if err := v.Get(&list, "/api/v1/desk/people"); err != nil {
			return err
		}
		view.People = list.Items
	case "dates":
		view.Chart = chartOf(v, p.Notice.Timetable, view.Over)
	case "criteria":
		imagine(view.Sheet, p.Notice.Lots[view.N], p.Notice.Currency)
		v.R.PostForm.Del("_key") // the example is none of what the form makes
		if err := d.work(v, view, *p); err != nil {
			return err
		}
	}
	view.Found = view.Over.of(s.name, view.N)
	return stepPages[s.name].Show(v, status, view)
}
