package score_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"probity/bidding/score"
	"probity/tender/canon"
	"probity/tender/fault"
)

var update = flag.Bool("update", false, "write the golden files anew; look at them before committing")

// The files are an archive of version 1. They were checked by hand, and must be
// read and give the same ranking for ever.
func TestArchivedRankingStillFollows(t *testing.T) {
	if *update {
		in, err := school().Canonical()
		if err != nil {
			t.Fatal(err)
		}
		r, err := rank(t, school()).Canonical()
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string][]byte{"school-input.json": in, "school-ranking.json": r} {
			if err := os.WriteFile("testdata/"+name, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	input, result := archived(t)
	r, err := score.Verify(input, result)
	if err != nil || order(r) != "eiche birke ahorn fichte" {
		t.Errorf("got %s, %v", order(r), err)
	}
}

func archived(t testing.TB) (input, result []byte) {
	t.Helper()
	input, err := os.ReadFile("testdata/school-input.json")
	if err != nil {
		t.Fatal(err)
	}
	if result, err = os.ReadFile("testdata/school-ranking.json"); err != nil {
		t.Fatal(err)
	}
	return input, result
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	input, result := archived(t)
	spoil := func(old, new string) []byte {
		t.Helper()
		b := bytes.Replace(result, []byte(old), []byte(new), 1)
		if bytes.Equal(b, result) {
			t.Fatalf("%s is not in the ranking", old)
		}
		return b
	}
	var r score.Ranking
	if err := json.Unmarshal(result, &r); err != nil {
		t.Fatal(err)
	}
	less := r
	less.Entries = r.Entries[:3]
	turned := r
	turned.Entries = slices.Clone(r.Entries)
	turned.Entries[0], turned.Entries[1] = r.Entries[1], r.Entries[0]
	more := r
	more.Entries = append(slices.Clone(r.Entries), score.Entry{Bid: "zeder", Status: score.Valid})
	for name, c := range map[string]struct {
		result []byte
		says   string
	}{
		"a point more":          {spoil(`"total":"73.67"`, `"total":"73.68"`), `"birke"`},
		"another result line":   {spoil(`"result":"29.38"`, `"result":"29.39"`), `"ahorn"`},
		"another formula":       {spoil(`40*591.33/805`, `40*591.33/804`), `"ahorn"`},
		"another reason":        {spoil(`expired`, `perished`), `"fichte"`},
		"another answer":        {spoil(`from stock`, `from China`), `"birke"`},
		"another lowest price":  {spoil(`"result":"591.33"`, `"result":"591.34"`), "its base"},
		"another input":         {spoil(`"input":"`+r.Input[:4], `"input":"0000`), "another input"},
		"a bid left out":        {canon.Must(less), `"fichte" is left out`},
		"a bid too many":        {canon.Must(more), "number of its entries"},
		"bids in another order": {canon.Must(turned), `"eiche"`},
		"a space":               {append([]byte(" "), result...), "canonical"},
		"nothing":               {nil, "canonical"},
	} {
		_, err := score.Verify(input, c.result)
		if f := fault.From(err); f.Code != "score.differs" || !strings.Contains(f.Text, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bent := bytes.Replace(input, []byte(`"value":"3.5"`), []byte(`"value":"4"`), -1)
	if _, err := score.Verify(bent, result); !fault.Coded(err, "score.differs") {
		t.Errorf("a changed input: %v", err)
	}
}

// Every single byte of the input counts: no changed one gives the same ranking.
func TestNoByteOfTheInputIsIdle(t *testing.T) {
	in := oneCriterion(score.Mean, []string{"8"}, []string{"6"})
	input, err := in.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	result, err := rank(t, in).Canonical()
	if err != nil {
		t.Fatal(err)
	}
	for i := range input {
		bent := bytes.Clone(input)
		bent[i] ^= 1
		if _, err := score.Verify(bent, result); err == nil {
			t.Fatalf("byte %d of the input can be changed: %s", i, bent)
		}
	}
}

func TestParseInputTakesOneFormOnly(t *testing.T) {
	input, _ := archived(t)
	if _, err := score.ParseInput(input); err != nil {
		t.Fatal(err)
	}
	swap := func(old, new string) []byte {
		t.Helper()
		b := bytes.Replace(input, []byte(old), []byte(new), 1)
		if bytes.Equal(b, input) {
			t.Fatalf("%s is not in the input", old)
		}
		return b
	}
	for name, b := range map[string][]byte{
		"nothing":                  nil,
		"null":                     []byte("null"),
		"an empty object":          []byte("{}"),
		"a list":                   []byte("[]"),
		"a space":                  append([]byte(" "), input...),
		"two values":               slices.Concat(input, input),
		"an unknown member":        swap(`{"bids"`, `{"a":"b","bids"`),
		"another case of a member": swap(`"lot":`, `"LOT":`),
		"a number for a decimal":   swap(`"weight":"25"`, `"weight":25`),
		"a trailing zero":          swap(`"weight":"25"`, `"weight":"25.0"`),
		"a price without cents":    swap(`"amount":"805.00"`, `"amount":"805"`),
		"a missing member":         swap(`,"places":2`, ``),
		"evaluators out of order":  swap(`["eva","ian"]`, `["ian","eva"]`),
		"a null":                   swap(`"pass":true`, `"pass":null`),
	} {
		_, err := score.ParseInput(b)
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseInput(f *testing.F) {
	input, _ := archived(f)
	f.Add(input)
	for _, in := range []score.Input{
		byPrice(score.Price{Formula: score.LowestPrice}, "1", "1"),
		oneCriterion(score.TrimmedMean, []string{"1", "2", "3"}),
	} {
		b, err := in.Canonical()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := score.ParseInput(b)
		if err != nil {
			if k := fault.From(err).Kind; k != fault.Invalid {
				t.Fatalf("%q is called %v", b, err)
			}
			return
		}
		again, err := in.Canonical()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q was read, and is written as %q, %v", b, again, err)
		}
		r, err := score.Rank(in)
		if err != nil {
			if k := fault.From(err).Kind; k != fault.Invalid && k != fault.Conflict {
				t.Fatalf("%q cannot be ranked: %v", b, err)
			}
			return
		}
		checkSteps(t, r)
		result, err := r.Canonical()
		if err != nil {
			t.Fatalf("the ranking of %q cannot be written: %v", b, err)
		}
		if _, err := score.Verify(b, result); err != nil {
			t.Fatal(err)
		}
	})
}
