package pdf

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/image/font/sfnt"
	"pgregory.net/rapid"
)

func testRuler(t testing.TB) ruler {
	t.Helper()
	f, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	return ruler{f[0], &sfnt.Buffer{}}
}

const clause = "根据《中华人民共和国政府采购法》第五十条，乙方（供应商）应当按照合同约定交付“合格”货物；逾期的，每日支付百分之五的违约金、" +
	"赔偿金等（以较高者为准）。总价为¥1,865,436.13元，即人民币壹佰捌拾陆万伍仟肆佰叁拾陆元壹角叁分！？𠮷田家具（上海）有限公司2026年12月1日。" +
	"The supplier's price of CNY 1,865,436.13 (incl. 13 % tax) is fixed: see https://example.org/a/very/long/path?with=query."

func TestLinesKeepEverythingInOrder(t *testing.T) {
	m := testRuler(t)
	for limit := 4000; limit < 60000; limit += 137 {
		lines := m.lines(clause, limit)
		if got := strings.Join(lines, ""); bare(got) != bare(clause) {
			t.Fatalf("at %d: %q", limit, got)
		}
		for i, l := range lines {
			if first, _ := utf8.DecodeRuneInString(l); i > 0 && strings.ContainsRune("，。》、；：！？）”’,.;:!?)", first) {
				t.Errorf("at %d a line starts with %q: %q", limit, first, l)
			}
			if last, _ := utf8.DecodeLastRuneInString(l); i < len(lines)-1 && strings.ContainsRune("（《“‘([", last) {
				t.Errorf("at %d a line ends with %q: %q", limit, last, l)
			}
			if w := m.width(l); w > limit {
				t.Errorf("at %d a line is %d wide: %q", limit, w, l)
			}
		}
	}
}

// bare is s without the spaces, of which line breaks eat some.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }

func TestLinesOfAnyText(t *testing.T) {
	m := testRuler(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom([]rune("ab c中文，。“”（）1.-/\u00ad\u200d😀\U000e0100\n")), 0, 80, -1).Draw(t, "text")
		limit := rapid.IntRange(1, 20000).Draw(t, "limit")
		got := strings.Join(m.lines(s, limit), "")
		if strip := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }; strip(got) != strip(s) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestQuotesDoNotGlueChineseClauses(t *testing.T) {
	m := testRuler(t)
	for _, l := range m.lines(strings.Repeat("责任“三包”免除", 10), 7500) {
		if n := utf8.RuneCountInString(l); n > 10 {
			t.Errorf("%d characters on a line: %q", n, l)
		}
	}
}

func TestLongWordsAreCut(t *testing.T) {
	m := testRuler(t)
	hash := strings.Repeat("0123456789abcdef", 4)
	lines := m.lines(hash, 6000)
	if len(lines) < 4 || strings.Join(lines, "") != hash {
		t.Errorf("%q", lines)
	}
}
