package web

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
)

// silent are the packages whose faults never reach this interface: programs of
// the command line, which speak English, and helpers of tests.
var silent = []string{"server", "server/client", "server/command", "server/demo", "server/move", "tender/award/awardtest"}

// source is a file of the tree.
type source struct {
	dir, at string
	file    *ast.File
}

// tree reads the Go source of the product. It is parsed here, so that its files
// are inputs of the test.
func tree(t *testing.T) (list []source) {
	t.Helper()
	const root = "../.."
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "deploy"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, path, nil, 0)
		list = append(list, source{filepath.ToSlash(filepath.Dir(rel)), filepath.ToSlash(rel), f})
		return err
	})
	if err != nil || len(list) < 100 {
		t.Fatalf("%d files: %v", len(list), err)
	}
	return list
}

// literal is a string as the source has it, in one piece or several.
func literal(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, x.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		a, isA := literal(x.X)
		b, isB := literal(x.Y)
		return a + b, isA && isB && x.Op == token.ADD
	}
	return "", false
}

// givers are the functions that take a sentence, by package and name, and which
// of their arguments it is. The first stand here, the others hand a parameter
// of their own on to one of these.
type givers map[string]int

func (g givers) sentence(s source, c *ast.CallExpr) (ast.Expr, bool) {
	name := ""
	switch f := c.Fun.(type) {
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "fault" {
			name = "fault." + f.Sel.Name
		} else if name = s.dir + "." + f.Sel.Name; !slices.Contains(findings, name) {
			name = ""
		}
	case *ast.Ident:
		name = s.dir + "." + f.Name
	}
	i, ok := g[name]
	if !ok || len(c.Args) <= i {
		return nil, false
	}
	if words, ok := literal(c.Args[i]); ok && words == "%s" && len(c.Args) == i+2 {
		return c.Args[i+1], true // the sentence is what stands in it
	}
	return c.Args[i], true
}

// learn adds the functions of a file that hand a parameter on.
func (g givers) learn(s source) {
	look := func(name string, f *ast.FuncType, body *ast.BlockStmt) {
		at, i := map[string]int{}, 0
		for _, field := range f.Params.List {
			for _, id := range field.Names {
				at[id.Name] = i
				i++
			}
		}
		ast.Inspect(body, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				if e, ok := g.sentence(s, c); ok {
					if id, ok := e.(*ast.Ident); ok {
						if i, ok := at[id.Name]; ok {
							g[s.dir+"."+name] = i
						}
					}
				}
			}
			return true
		})
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch d := n.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Body != nil {
				look(d.Name.Name, d.Type, d.Body)
			}
		case *ast.AssignStmt:
			if id, ok := d.Lhs[0].(*ast.Ident); ok && len(d.Rhs) == 1 {
				if f, ok := d.Rhs[0].(*ast.FuncLit); ok {
					look(id.Name, f.Type, f.Body)
				}
			}
		}
		return true
	})
}

// findings are the methods by which a verification says what it finds.
var findings = []string{"server/audit.step", "server/audit.expect", "server/audit.fail", "server/audit.note", "documents/archive.found", "documents/archive.find"}

// computed are the places whose sentence is not written where it is given. Each
// is looked after by a test or falls back on what it is made of.
var computed = []string{
	"p.why", "apart.why", // duties that clash: TestClashes
	"errInvitation.Text",             // the same sentence, for another code
	"r.text",                         // of a refusal: its composite is looked at
	"*ast.IndexExpr.text",            // what became of a bid: the words of the record
	"f.Sentence()",                   // of another fault
	"fault.From(err).Sentence()",     // the same
	"difference(r, result)",          // below
	"s.says",                         // of a step of a verification: where it is made
	"http.StatusText(status)",        // TestTitles
	"http.StatusText(r.status)",      // the same
	"a.title",                        // the same
	"*ast.IndexExpr",                 // lengths of time: TestEverySpan
	"string(p)", "want(v)", "string", // what readers of requests say: in TestEverySentence
}

// TestEverySentence demands a translation for every sentence that a fault or a
// refusal is given, with the same verbs, and that the catalogue has no other.
func TestEverySentence(t *testing.T) {
	files := tree(t)
	g := givers{"fault.New": 2, "fault.Unless": 2, "fault.Field": 2, "fault.Say": 0, "server/web.malformed": 1, "server/web.plain": 0,
		"server/audit.step": 1, "server/audit.expect": 2, "server/audit.fail": 1, "server/audit.note": 1, "documents/archive.found": 2, "documents/archive.find": 2}
	for range 3 {
		for _, s := range files {
			g.learn(s)
		}
	}
	written := map[string]bool{}
	for _, s := range files {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if words, ok := literal(e); ok {
					written[words] = true
				}
			}
			return true
		})
		if slices.Contains(silent, s.dir) || s.dir == "tender/fault" {
			continue
		}
		for _, words := range given(t, g, s) {
			demand(t, s.at, words)
		}
	}
	for status := 400; status < 600; status++ {
		written[http.StatusText(status)] = true
	}
	for english, chinese := range catalogues["zh"] {
		if !written[english] {
			t.Errorf("nothing says %q any more", english)
		}
		if want, got := verbs(english), verbs(chinese); !slices.Equal(want, got) {
			t.Errorf("%q has the verbs %v, its translation %v: %q", english, want, got, chinese)
		}
	}
}

// given lists the sentences of a file.
func given(t *testing.T, g givers, s source) (list []string) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			e, ok := g.sentence(s, x)
			if !ok {
				return true
			}
			words, ok := literal(e)
			if words != "" {
				list = append(list, words)
			} else if _, passed := e.(*ast.Ident); !ok && !passed && !slices.Contains(computed, expression(e)) {
				t.Errorf("%s: the sentence %s is not written where it is given", s.at, expression(e))
			}
		case *ast.KeyValueExpr: // of a refusal
			if key, ok := x.Key.(*ast.Ident); ok && key.Name == "text" && s.dir == "server/web" {
				if words, ok := literal(x.Value); ok {
					list = append(list, words)
				}
			}
		case *ast.FuncDecl:
			if s.dir == "server/web" && x.Name.Name == "want" || s.dir == "bidding/score" && x.Name.Name == "difference" {
				list = append(list, returned(x)...)
			}
		}
		return true
	})
	return list
}

// returned lists the texts that a function returns.
func returned(f *ast.FuncDecl) (list []string) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			for _, e := range r.Results {
				if words, ok := literal(e); ok {
					list = append(list, words)
				}
			}
		}
		return true
	})
	return list
}

// expression writes calls and selectors as the source does.
func expression(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return expression(x.X) + "." + x.Sel.Name
	case *ast.CallExpr:
		var args []string
		for _, a := range x.Args {
			args = append(args, expression(a))
		}
		return expression(x.Fun) + "(" + strings.Join(args, ", ") + ")"
	}
	return fmt.Sprintf("%T", e)
}

func demand(t *testing.T, at, english string) {
	t.Helper()
	chinese, ok := catalogues["zh"][english]
	if !ok {
		t.Errorf("%s: words/zh.json has no translation of %q", at, english)
	} else if english != "%s" && !regexp.MustCompile(`\p{Han}`).MatchString(chinese) {
		t.Errorf("%s: %q is no translation of %q", at, chinese, english)
	}
}

var verb = regexp.MustCompile(`%([-+# 0]*[\d.]*)(\[\d+\])?([a-zA-Z%])`)

// verbs lists which argument is written how, in the order of the arguments. What
// English quotes like a string of Go, others quote in their own way.
func verbs(format string) (list []string) {
	n := 0
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[3] == "%" {
			continue
		}
		n++
		if m[2] != "" {
			n, _ = strconv.Atoi(strings.Trim(m[2], "[]"))
		}
		list = append(list, fmt.Sprintf("%03d %s%s", n, m[1], strings.ReplaceAll(m[3], "q", "s")))
	}
	slices.Sort(list)
	return list
}

// The sentences of duties that clash stand in a table.
func TestClashes(t *testing.T) {
	for _, a := range party.Duties() {
		for _, b := range party.Duties() {
			if err := party.Clash([]party.Duty{a}, b); err != nil {
				demand(t, fmt.Sprint(a, " and ", b), fault.From(err).Text)
			}
		}
	}
}

// Every kind of fault has a title in Chinese, and so has what HTTP refuses.
func TestTitles(t *testing.T) {
	for _, a := range answers {
		demand(t, "title", a.title)
	}
	for _, status := range []int{400, 403, 404, 405, 408, 412, 413, 415, 422, 428, 500} {
		demand(t, "status", http.StatusText(status))
	}
}

func TestSpoken(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "zh": "zh", "zh-CN,zh;q=0.9,en;q=0.8": "zh", "zh-TW": "zh", "de": "en", "en-GB, zh;q=0.5": "en", "fr, zh;q=0.5": "zh", "\xff": "en",
	} {
		r := &http.Request{Header: http.Header{"Accept-Language": {header}}}
		if got := spoken(r); got != want {
			t.Errorf("%.40q: %s", header, got)
		}
	}
}

// A sentence is said whole, its parts in their places, in both languages.
func TestSay(t *testing.T) {
	f := fault.New(fault.Conflict, "x", "The %s envelope of a lot that is %s is not opened.", fault.Name{Of: "envelope", Word: "financial"}, tender.Opened)
	if got := say("zh", f.Sentence()); got != "已开标状态的标段不能开启商务标信封。" {
		t.Errorf("%q", got)
	}
	if got := say("en", f.Sentence()); got != f.Text {
		t.Errorf("%q", got)
	}
	nested := malformed("a", "it is not JSON after byte %d", 7)
	p := problemOf(nested, false, "zh")
	if p.Detail != "请求无法读取：第 7 字节之后不是 JSON。" || p.Errors["a"] != "问题在此：第 7 字节之后不是 JSON。" || p.Title != "请求有误" {
		t.Errorf("%+v", p)
	}
	if p := problemOf(nested, false, "en"); p.Detail != "The request cannot be read: it is not JSON after byte 7." {
		t.Errorf("%+v", p)
	}
	byHand := &fault.Error{Kind: fault.Invalid, Code: "x", Text: "Fill this in.", Field: map[string]string{"a": "Give all dates.", "b": "Unheard of."}}
	p = problemOf(byHand, false, "zh")
	if p.Detail != "请填写此项。" || p.Errors["a"] != "请填写全部时间。" || p.Errors["b"] != "Unheard of." {
		t.Errorf("%+v", p)
	}
	changed := fault.Field("x", "a", "Give an amount in %s.", "EUR")
	changed.Text = "Something else."
	if p := problemOf(changed, false, "zh"); p.Detail != "Something else." || p.Errors["a"] != "请填写 EUR 金额。" {
		t.Errorf("%+v", p)
	}
}

// A refusal goes out in the language that was asked for, and says which it is.
func TestRefusalsInChinese(t *testing.T) {
	h := newServer(t).Handler()
	for lang, want := range map[string]string{"zh-CN": "此地址下没有内容。", "en": "There is nothing under this address.", "": "There is nothing under this address."} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/no-such-thing", nil)
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Detail != want || p.Code != "request.path" {
			t.Errorf("%s: %s", lang, w.Body)
		}
		if got := w.Header().Get("Content-Language"); got != spoken(r) || w.Header().Get("Vary") == "" {
			t.Errorf("%s: %v", lang, w.Header())
		}
	}
}
