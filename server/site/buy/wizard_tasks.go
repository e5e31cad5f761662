package buy

import (
	"slices"
	"strconv"

	"probity/server/site"
	"probity/tender"
	"probity/tender/rules"
)

// overview is a draft held against the rules.
type overview struct {
	Findings []tender.Finding `json:"findings"`
	Earliest rules.Reckoning  `json:"earliest"`
	Dates    []tender.Fixed   `json:"dates"`
	Zone     string           `json:"zone"`
}

// overviewOf asks what is found about a draft as it stands.
func overviewOf(v *site.Visit, id string) (*overview, error) {
	o := &overview{}
	if err := v.Get(o, "/api/v1/tenders/%s/overview", id); err != nil {
		return nil, err
	}
	return o, nil
}

// of lists the findings that belong to a step.
func (o *overview) of(name string, n int) (list []tender.Finding) {
	for _, f := range o.Findings {
		if s, m := stepOf(f.Path); s == name && m == n {
			list = append(list, f)
		}
	}
	return list
}

// Stops counts what keeps the draft from being submitted.
func (o *overview) Stops() (n int) {
	for _, f := range o.Findings {
		if f.Stops {
			n++
		}
	}
	return n
}

// task is a line of the task list.
type task struct {
	Step   string
	N      int
	Lot    tender.Text
	Path   string
	Stops  int
	Advice int
}

// tasksOf lists the steps of a draft with what is found about each.
func tasksOf(p *procedure, o *overview) []task {
	var list []task
	for _, s := range steps {
		if p.Public() && s.name == "people" {
			continue // openers are replaced, not amended
		}
		base := p.Path() + "/edit/" + s.name
		if s.name == "documents" {
			base = p.Path() + "/documents"
		}
		if !s.lots {
			list = append(list, taskOf(task{Step: s.name, Path: base}, o))
			continue
		}
		for i, l := range p.Writing().Lots {
			list = append(list, taskOf(task{Step: s.name, N: i, Lot: l.Title, Path: base + "/" + strconv.Itoa(i)}, o))
		}
	}
	return slices.Clip(list)
}

func taskOf(t task, o *overview) task {
	for _, f := range o.of(t.Step, t.N) {
		if f.Stops {
			t.Stops++
		} else {
			t.Advice++
		}
	}
	return t
}
