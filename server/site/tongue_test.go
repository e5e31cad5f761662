package site

import (
	"html/template"
	"strings"
	"testing"

	"probity/tender"
	"probity/tender/rules"
)

func TestTongue(t *testing.T) {
	tmpl := template.Must(template.New("").Funcs((&Site{}).funcs("zh")).Parse(`{{text .}}`))
	english := template.Must(template.New("").Funcs((&Site{}).funcs("en")).Parse(`{{text .}}`))
	said := template.Must(template.New("").Funcs((&Site{}).funcs("zh")).Parse(`{{said .}}`))
	englishSaid := template.Must(template.New("").Funcs((&Site{}).funcs("en")).Parse(`{{said .}}`))
	for _, c := range []struct {
		tmpl *template.Template
		of   any
		want string
	}{
		{tmpl, tender.Text{"en": "Roads", "zh-CN": "道路"}, "道路"},
		{tmpl, tender.Text{"en": "Roads & <b>"}, `<span lang="en">Roads &amp; &lt;b&gt;</span>`},
		{tmpl, tender.Text{"es": "Caminos"}, `<span lang="es">Caminos</span>`},
		{tmpl, tender.Text{}, ""},
		{tmpl, rules.Cite("Art. 9"), "Art. 9"},
		{english, tender.Text{"zh": "道路"}, `<span lang="zh">道路</span>`},
		{english, tender.Text{"en-GB": "Roads"}, "Roads"},
		{said, "不限品牌。", "不限品牌。"},
		{said, "Any <brand> will do.", `<span lang="">Any &lt;brand&gt; will do.</span>`},
		{said, "12 345", "12 345"},
		{said, "复印机 K3", "复印机 K3"},
		{said, "打印机 Printers of any kind", `<span lang="">打印机 Printers of any kind</span>`},
		{englishSaid, "Any <brand> will do.", "Any &lt;brand&gt; will do."},
		{englishSaid, "不限品牌。", `<span lang="zh">不限品牌。</span>`},
	} {
		var b strings.Builder
		if err := c.tmpl.Execute(&b, c.of); err != nil || b.String() != c.want {
			t.Errorf("%v: %q, not %q: %v", c.of, b.String(), c.want, err)
		}
	}
}
