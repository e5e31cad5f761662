package site

import (
	"net/http"
	"testing"
	"testing/fstest"

	"probity/server/web"
)

// reader is somebody who reads the ground's pages, and those of one desk with
// words of its own for a refusal.
func reader(t *testing.T, lang string) *Visit {
	t.Helper()
	s := &Site{}
	desk := Desk{Name: "x", Files: fstest.MapFS{
		"words/en.json": {Data: []byte(`{"x.fault.review.code": "Choose how you decide."}`)},
		"words/zh.json": {Data: []byte(`{"x.fault.review.code": "请选择处理结论。"}`)},
	}}
	var err error
	if s.words, err = readWords([]Desk{s.ground(), desk}); err != nil {
		t.Fatal(err)
	}
	s.faults = faultWords(s.words.keys)
	return &Visit{Lang: lang, site: s}
}

func TestExplain(t *testing.T) {
	const exact = "An amount in CNY has at most 2 decimals."
	for _, c := range []struct {
		about, lang string
		was, want   web.Problem
		wait        string
	}{
		{"the exact sentence stays", "en", web.Problem{Code: "money.precision", Detail: exact}, web.Problem{Detail: exact}, ""},
		{"in every language", "zh", web.Problem{Code: "money.precision", Detail: "CNY 金额最多 2 位小数。"}, web.Problem{Detail: "CNY 金额最多 2 位小数。"}, ""},
		{"a desk speaks to people", "en", web.Problem{Code: "review.code", Detail: "Give a code.", Errors: map[string]string{"code": "Give a code.", "text": exact}},
			web.Problem{Detail: "Choose how you decide.", Errors: map[string]string{"code": "Choose how you decide.", "text": exact}}, ""},
		{"in every language", "zh", web.Problem{Code: "review.code", Detail: "请填写代码。"}, web.Problem{Detail: "请选择处理结论。"}, ""},
		{"seconds to wait", "en", web.Problem{Status: 429, Detail: "Wait."}, web.Problem{Detail: "Wait. Try again in 20 seconds."}, "20"},
		{"minutes to wait", "zh", web.Problem{Status: 429, Detail: "请稍候。"}, web.Problem{Detail: "请稍候。请在 3 分钟后重试。"}, "150"},
		{"a moment needs no number", "en", web.Problem{Status: 429, Detail: "Wait."}, web.Problem{Detail: "Wait."}, "2"},
	} {
		p := &Problem{c.was}
		reader(t, c.lang).explain(p, http.Header{"Retry-After": {c.wait}})
		if p.Detail != c.want.Detail || p.Errors["code"] != c.want.Errors["code"] || p.Errors["text"] != c.want.Errors["text"] {
			t.Errorf("%s (%s): %q %v", c.about, c.lang, p.Detail, p.Errors)
		}
	}
}
