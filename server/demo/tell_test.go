package demo

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestWordsAreWrapped(t *testing.T) {
	for _, c := range []struct {
		words string
		limit int
		want  string
	}{
		{"", 10, ""},
		{"one", 10, "one"},
		{"one two three", 7, "one two|three"},
		{"one two three", 8, "one two|three"},
		{"averylongword and", 5, "averylongword|and"},
		{"招标公告", 6, "招标公|告"},
		{"(采购) of it", 6, "(采购)|of it"},
		{"spaces   between", 20, "spaces   between"},
	} {
		if got := strings.Join(wrap(c.words, c.limit), "|"); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.words, c.limit, got, c.want)
		}
	}
}

func TestRowsAreSet(t *testing.T) {
	var b bytes.Buffer
	tell := &teller{out: &b}
	tell.rows([]string{"rank", "bidder", "PYG"}, []string{"1", "竹桥", "9,000"}, []string{"-", "Delta", "sealed"})
	want := "" +
		"              rank  bidder     PYG\n" +
		"                 1  竹桥     9,000\n" +
		"                 -  Delta   sealed\n"
	if b.String() != want {
		t.Errorf("\n%s\nwant\n%s", b.String(), want)
	}
}

func TestAmountsAreGrouped(t *testing.T) {
	for in, want := range map[string]string{"7": "7", "999": "999", "1000": "1,000", "69825000": "69,825,000", "1234.50": "1,234.50"} {
		if got := grouped(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("the pipe is closed") }

func TestAStoryThatNobodyReadsIsAnError(t *testing.T) {
	tell := &teller{out: broken{}}
	tell.say("hello")
	tell.say("anybody?")
	if tell.err == nil {
		t.Error("nobody was told, and nothing was said of it")
	}
}
