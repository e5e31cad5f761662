package buy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"probity/server/site"
)

var indexForm = regexp.MustCompile(`\[[^\]]*\]`)

// plainPath is a path without its numbers and languages: the name of a field,
// whichever row it is in.
func plainPath(path string) string {
	path = indexForm.ReplaceAllString(path, "")
	for _, lang := range texts {
		path = strings.TrimSuffix(path, "."+lang)
	}
	return path
}

// fieldWord is the catalogue's key for what a field is called.
func fieldWord(v *site.Visit, path string) string {
	plain := plainPath(path)
	for plain != "" {
		if key := "buy.f." + plain; v.Says(key) {
			return key
		}
		i := strings.LastIndexByte(plain, '.')
		plain = plain[:max(i, 0)]
	}
	return "buy.f.other"
}

// label is what a field is called in the visitor's language.
func label(v *site.Visit, path string) string { return v.T(fieldWord(v, path)) }

// Label is what a member of the notice is called.
func (s *stepView) Label(path string) string { return label(s.v, path) }

// value is what stands in a field.
func (s *stepView) value(name string) string { return s.Sheet.Get(name) }

// Has reports whether one of a field's values is x.
func (s *stepView) Has(name, x string) bool { return slices.Contains(s.Sheet.Values[name], x) }

// qualityForm finds the rows that the API names by their ids.
var qualityForm = regexp.MustCompile(`^(.*\.quality)\[(\d+)\](.*)$`)

// Bad is what was refused about a field.
func (s *stepView) Bad(name string) string {
	if s.Wrong == nil {
		return ""
	}
	if text := s.Wrong.On(name); text != "" {
		return text
	}
	if m := qualityForm.FindStringSubmatch(name); m != nil {
		return s.Wrong.On(m[1] + "." + s.value(m[1]+"["+m[2]+"].id") + m[3])
	}
	return ""
}

// field is a field with its label, its value and what was refused about it.
func (s *stepView) field(name string) site.Field {
	key := fieldWord(s.v, name)
	f := site.Field{Name: name, Label: s.v.T(key), Value: s.value(name), Error: s.Bad(name)}
	if hint := strings.Replace(key, "buy.f.", "buy.h.", 1); s.v.Says(hint) {
		f.Hint = s.v.T(hint)
	}
	return f
}

// F is a line of text.
func (s *stepView) F(name string) site.Field { return s.field(name) }

// O is a line of text that may be left empty.
func (s *stepView) O(name string) site.Field {
	f := s.field(name)
	f.Optional = true
	return f
}

// Num is a number.
func (s *stepView) Num(name string) site.Field {
	f := s.field(name)
	f.Mode, f.Width = "decimal", "short"
	return f
}

// Pct is a percentage.
func (s *stepView) Pct(name string) site.Field {
	f := s.Num(name)
	f.Suffix = "%"
	return f
}

// Amount is an amount in the notice's currency.
func (s *stepView) Amount(name string, optional bool) site.Field {
	f := s.field(name)
	f.Mode, f.Width, f.Suffix, f.Optional = "decimal", "medium", string(s.Currency), optional
	return f
}

// Two is a text in both languages, the second of which may be left empty.
func (s *stepView) Two(name string, rows int) []site.Field {
	var list []site.Field
	for i, lang := range texts {
		f := s.field(name + "." + lang)
		f.Label += " · " + s.v.T("buy.lang."+lang)
		f.Rows, f.Optional = rows, i > 0
		if i > 0 {
			f.Hint = ""
		}
		if f.Error == "" && i == 0 {
			f.Error = s.Bad(name)
		}
		list = append(list, f)
	}
	return list
}

// TwoOptional is a line in both languages that may be missing in either.
func (s *stepView) TwoOptional(name string) []site.Field {
	list := s.Two(name, 0)
	for i := range list {
		list[i].Optional = true
	}
	return list
}

// When is a date and a time.
func (s *stepView) When(name string) []site.Field {
	day, hour := s.field(name), s.field(name)
	day.Name, day.Value, day.Type, day.Width = name+".date", s.value(name+".date"), "date", "medium"
	hour.Name, hour.Value, hour.Type, hour.Width = name+".time", s.value(name+".time"), "time", "short"
	hour.Label, hour.Hint, hour.Error = s.v.T("buy.f.time"), "", ""
	return []site.Field{day, hour}
}

// choose is a field with choices, whose words are "buy.PREFIX.VALUE".
func (s *stepView) choose(name, prefix string, values ...string) site.Field {
	f := s.field(name)
	for _, x := range values {
		o := site.Option{Value: x, Label: s.v.T("buy." + prefix + "." + x), Chosen: s.Has(name, x)}
		if hint := "buy." + prefix + "." + x + ".hint"; s.v.Says(hint) {
			o.Hint = s.v.T(hint)
		}
		f.Options = append(f.Options, o)
	}
	return f
}

// Choose is that for templates; a select gets an empty choice first.
func (s *stepView) Choose(name, prefix, values string) site.Field {
	return s.choose(name, prefix, strings.Fields(values)...)
}

// Pick is Choose with nothing chosen at first.
func (s *stepView) Pick(name, prefix, values string) site.Field {
	f := s.Choose(name, prefix, values)
	f.Options = append([]site.Option{{Label: s.v.T("buy.choose")}}, f.Options...)
	return f
}

// Row is one row of a list in a form.
type Row struct {
	Path   string
	Number int // from 1
	Index  int // from 0
}

// Rows lists the rows of a list.
func (s *stepView) Rows(list string) []Row {
	var all []Row
	for i := range s.Sheet.n(list) {
		all = append(all, Row{at(list, i), i + 1, i})
	}
	return all
}

// Count is the field that says how many rows there are.
func (s *stepView) Count(list string) hidden {
	return hidden{rows(list), strconv.Itoa(s.Sheet.n(list))}
}

// Keep is a field that people do not see.
func (s *stepView) Keep(name string) hidden { return hidden{name, s.value(name)} }

type hidden struct{ Name, Value string }

// Lot is the path of the lot that the step is about.
func (s *stepView) Lot() string { return at("lots", s.N) }

// LotTitle is what that lot is called.
func (s *stepView) LotTitle() string {
	l := s.Writing().Lots[s.N]
	return titleOr(s.v, l.Title, l.ID)
}

// Save and Try are the addresses of the form.
func (s *stepView) Save() string { return s.address("edit") }

// Try is where the form goes to be tried.
func (s *stepView) Try() string { return s.address("try") }

func (s *stepView) address(verb string) string {
	path := s.Path() + "/" + verb + "/" + s.Step
	if st := stepNamed(s.Step); st != nil && st.lots {
		path += "/" + strconv.Itoa(s.N)
	}
	return path
}

// Next is the step that follows, or nil.
func (s *stepView) NextTask() *task {
	if s.Here+1 < len(s.Tasks) {
		return &s.Tasks[s.Here+1]
	}
	return nil
}

// IsDate reports whether a finding is about dates.
func (s *stepView) IsDate(path string) bool {
	name, _ := stepOf(path)
	return name == "dates"
}

// Day is a date.
func (s *stepView) Day(name string) site.Field {
	f := s.field(name)
	f.Type, f.Width = "date", "medium"
	return f
}
