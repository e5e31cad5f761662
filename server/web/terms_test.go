package web

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/rules"
)

// checked is the product with the types of its expressions. What lies outside
// of the product has no types here, which saves reading it.
type checked struct {
	fset  *token.FileSet
	done  map[string]*types.Package
	info  types.Info
	files map[string][]*ast.File // by folder
}

func (c *checked) Import(path string) (*types.Package, error) {
	if p := c.done[path]; p != nil {
		return p, nil
	}
	dir, ours := strings.CutPrefix(path, "probity/")
	if !ours {
		p := types.NewPackage(path, path[strings.LastIndex(path, "/")+1:])
		p.MarkComplete()
		c.done[path] = p
		return p, nil
	}
	names, err := filepath.Glob("../../" + dir + "/*.go")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(c.fset, name, nil, 0)
		if err != nil {
			return nil, err
		}
		c.files[dir] = append(c.files[dir], f)
	}
	config := types.Config{Importer: c, Error: func(error) {}} // what is not ours is unknown
	c.done[path], _ = config.Check(path, c.fset, c.files[dir], &c.info)
	return c.done[path], nil
}

// check reads the product with its types.
func check(t *testing.T, files []source) *checked {
	t.Helper()
	c := &checked{token.NewFileSet(), map[string]*types.Package{}, types.Info{Types: map[ast.Expr]types.TypeAndValue{}}, map[string][]*ast.File{}}
	for _, s := range files {
		if _, err := c.Import("probity/" + s.dir); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// identifiers are the types whose words are the same in every language: codes of
// standards, and what programs send and people do not read.
var identifiers = []string{
	"tender.Currency",                                     // ISO 4217
	"party.Action",                                        // scopes of tokens
	"award.Effect", "complaint.Effect", "contract.Effect", // what is still to be done after a crash
	"notify.Kind", "rules.Weekday", // given only back, where they are not known
}

// words is what a variable is called that holds a word of the program.
var words = regexp.MustCompile(`(?i)(envelope|kind|state|status|phase|role|step|category|formula|unit|method|stage|duty)\)?$`)

// TestEveryTerm demands that no word of the program, such as a state or the kind
// of a document, stands in a sentence in English alone: its type is known in the
// catalogue with each of its constants, or it is given as a fault.Name.
func TestEveryTerm(t *testing.T) {
	files := tree(t)
	g := givers{"fault.New": 2, "fault.Unless": 2, "fault.Field": 2, "fault.Say": 0, "server/web.malformed": 1, "server/web.plain": 0}
	for range 3 {
		for _, s := range files {
			g.learn(s)
		}
	}
	c := check(t, files)
	used := map[string]bool{}
	for dir, list := range c.files {
		if slices.Contains(silent, dir) {
			continue
		}
		for _, f := range list {
			c.terms(t, g, source{dir, dir, f}, used)
		}
	}
	for of, list := range terms["zh"] {
		if !used[of] {
			t.Errorf("no sentence names a %s any more", of)
		}
		for word, chinese := range list {
			if !regexp.MustCompile(`^[\p{Han}]+$`).MatchString(chinese) {
				t.Errorf("the %s %q is %q in Chinese", of, word, chinese)
			}
		}
	}
}

// terms looks at what stands in the sentences of a file.
func (c *checked) terms(t *testing.T, g givers, s source, used map[string]bool) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			format, ok := g.sentence(s, x)
			if !ok {
				return true
			}
			for _, a := range x.Args[slices.Index(x.Args, format)+1:] {
				c.argument(t, s.dir, a, used)
			}
		case *ast.CompositeLit:
			if of, ok := x.Type.(*ast.SelectorExpr); ok && of.Sel.Name == "Name" && expression(of) == "fault.Name" {
				inCatalogue(t, s.dir, x.Elts[0].(*ast.KeyValueExpr).Value, used)
			}
		}
		return true
	})
}

// argument looks at one part of a sentence.
func (c *checked) argument(t *testing.T, dir string, a ast.Expr, used map[string]bool) {
	if call, ok := a.(*ast.CallExpr); ok && expression(call.Fun) == "fault.Names" {
		inCatalogue(t, dir, call.Args[0], used)
		return
	}
	typ := c.info.Types[a].Type
	if list, ok := typ.(*types.Slice); ok {
		typ = list.Elem()
	}
	switch typ := typ.(type) {
	case *types.Named:
		basic, ok := typ.Underlying().(*types.Basic)
		if typ.Obj().Pkg() == nil { // error
			return
		}
		name := typ.Obj().Pkg().Name() + "." + typ.Obj().Name()
		if !ok || basic.Kind() != types.String || slices.Contains(identifiers, name) || saysItself(typ) {
			return
		}
		used[name] = true
		for _, word := range constants(typ) {
			if terms["zh"][name][word] == "" {
				t.Errorf("%s: the %s %q has no name in Chinese", dir, name, word)
			}
		}
	case *types.Basic:
		if text := expression(a); typ.Kind() == types.String && words.MatchString(text) {
			t.Errorf("%s: %s stands in a sentence as it is; give it as a fault.Name", dir, text)
		}
	}
}

func inCatalogue(t *testing.T, dir string, of ast.Expr, used map[string]bool) {
	name, _ := literal(of)
	if len(terms["zh"][name]) == 0 {
		t.Errorf("%s: the catalogue knows no %q", dir, name)
	}
	used[name] = true
}

// saysItself reports whether a type knows how it is said.
func saysItself(typ *types.Named) bool {
	for m := range typ.Methods() {
		if m.Name() == "In" || m.Name() == "Sentence" {
			return true
		}
	}
	return false
}

// constants are the words that a type declares.
func constants(typ *types.Named) (list []string) {
	scope := typ.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		if x, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(x.Type(), typ) {
			list = append(list, constant.StringVal(x.Val()))
		}
	}
	return list
}

// Parts of a sentence that are more than values are said in its language too.
func TestSayParts(t *testing.T) {
	for want, s := range map[string]fault.Sentence{
		"草稿状态的采购项目不能更正。":              fault.Say("A tender that is %s is not amended.", tender.Draft),
		"本项目须有 2 个信封：技术标、商务标。":        fault.Say("This tender wants %d envelopes: %v.", 2, fault.Names("envelope", "technical", "financial")),
		"没有该采购计划。":                    fault.Say("There is no such %s.", fault.Name{Of: "kind", Word: "plan"}),
		"没有该gadget。":                  fault.Say("There is no such %s.", fault.Name{Of: "kind", Word: "gadget"}),
		"投标有效期不得少于90日（《政府采购法》第三十五条）。": fault.Say("Bids must bind for %s or longer (%s).", rules.Span{N: 90, Unit: rules.CalendarDays}, rules.Cite("GPL Art. 35")),
	} {
		if got := say("zh", s); got != want {
			t.Errorf("%q, not %q", got, want)
		}
		if got := say("en", s); got != s.String() {
			t.Errorf("%q, not %q", got, s)
		}
	}
}

// Every length of time has words.
func TestEverySpan(t *testing.T) {
	for _, unit := range []rules.Unit{rules.Hours, rules.CalendarDays, rules.WorkingDays, rules.Weeks, rules.Months, rules.Years} {
		for _, n := range []int{0, 1, 20} {
			demand(t, string(unit), rules.Span{N: n, Unit: unit}.Sentence().Format)
		}
	}
}
