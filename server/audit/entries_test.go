package audit_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"probity/documents/archive"
	"probity/documents/ledger"
	"probity/tender/event"
)

// lines returns the entries of the full archive, line by line.
func lines(t testing.TB) []string {
	t.Helper()
	return strings.SplitAfter(strings.TrimSuffix(string(unpack(t, told().full)[archive.EntriesPath]), "\n"), "\n")
}

// withLines packs the full archive with other entries; the keeper signs it.
func withLines(t testing.TB, list []string) []byte {
	t.Helper()
	f := unpack(t, told().full)
	b := []byte(strings.Join(list, ""))
	if !bytes.HasSuffix(b, []byte("\n")) {
		b = append(b, '\n')
	}
	f[archive.EntriesPath] = b
	return f.pack(t, told().full, keeper)
}

func parse(t testing.TB, line string) archive.Entry {
	t.Helper()
	e, err := archive.ParseEntry([]byte(strings.TrimSuffix(line, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// find returns the first line about a fact of that name.
func find(t testing.TB, list []string, name string) int {
	t.Helper()
	i := slices.IndexFunc(list, func(s string) bool { return strings.Contains(s, `"name":"`+name+`"`) })
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	return i
}

// TestEntries: what can be done to the list of entries, and what names it, even
// if the keeper of the log signs the result.
func TestEntries(t *testing.T) {
	for _, c := range []struct {
		what string
		do   func(list []string) []string
		want string
	}{
		{"two lines trade places", func(l []string) []string { l[5], l[6] = l[6], l[5]; return l }, "log.order"},
		{"two entries trade places", func(l []string) []string {
			a, b := parse(t, l[5]), parse(t, l[6])
			a.Index, b.Index = b.Index, a.Index
			l[5], l[6] = string(b.Line()), string(a.Line())
			return l
		}, "log.proof"},
		{"an entry is there twice", func(l []string) []string { return slices.Insert(l, 5, l[5]) }, "log.order"},
		{"a record is changed", func(l []string) []string { l[0] = strings.Replace(l[0], "Salt", "Sand", 1); return l }, "log.leaf"},
		{"a record and its leaf are changed", func(l []string) []string {
			e := parse(t, l[0])
			e.Record = []byte(strings.Replace(string(e.Record), "Salt", "Sand", 1))
			salt, _ := hex.DecodeString(e.Salt)
			e.Leaf = hex.EncodeToString(ledger.Leaf(salt, e.Record))
			l[0] = string(e.Line())
			return l
		}, "log.proof"},
		{"a salt is changed", func(l []string) []string {
			e := parse(t, l[0])
			e.Salt = strings.Repeat("0", 32)
			l[0] = string(e.Line())
			return l
		}, "log.leaf"},
		{"a line is no entry", func(l []string) []string { l[3] = "{}\n"; return l }, "log.entry"},
		{"the order of members is another", func(l []string) []string {
			l[3] = strings.Replace(l[3], `{"index"`, `{ "index"`, 1)
			return l
		}, "log.entry"},
		{"an entry of later is added", func(l []string) []string {
			e := parse(t, l[len(l)-1])
			e.Index += 1 << 20
			return append(l[:len(l)-1], l[len(l)-1]+"\n", string(e.Line()))
		}, "log.proof"},
		{"a bid is withheld", func(l []string) []string {
			i := find(t, l, "bid.submit")
			e := parse(t, l[i])
			l[i] = string(archive.Entry{ID: "bid/withheld", Name: "bid.submit", Index: e.Index, Leaf: e.Leaf}.Line())
			return l
		}, "closing.list"},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := codes(t, withLines(t, c.do(lines(t)))); !slices.Contains(got, c.want) {
				t.Errorf("found %v, want %s", got, c.want)
			}
		})
	}
}

// TestEntryLeftOut leaves out each fact about a bid, and of each other kind the
// first and the last, and the keeper of the log signs the rest. A stranger could leave out nothing; the keeper
// can only leave out what nothing else follows from, and whoever holds a
// receipt of that can show it.
func TestEntryLeftOut(t *testing.T) {
	all := lines(t)
	bids := 0
	first, last := map[string]int{}, map[string]int{}
	for i, line := range all {
		name := nameOf(t, line)
		if _, seen := first[name]; !seen {
			first[name] = i
		}
		last[name] = i
	}
	for i, line := range all {
		name := nameOf(t, line)
		if i != first[name] && i != last[name] && !strings.HasPrefix(name, "bid.") {
			continue
		}
		got := codes(t, withLines(t, slices.Delete(slices.Clone(all), i, i+1)))
		if name == "bid.submit" || name == "bid.withdraw" {
			if bids++; !slices.Contains(got, "closing.list") {
				t.Errorf("a bid is left out, and is not missed by the lists: %v", got)
			}
		}
		if len(got) == 0 && !slices.Contains(loose, name) {
			t.Errorf("%s can be left out: %s", name, line[:min(len(line), 400)])
		}
	}
	if bids != 8 {
		t.Errorf("%d bids and withdrawals were left out in turn, want 8", bids)
	}
}

// loose are the names of facts from which nothing else in the procedure of the
// tests follows: the last ones of their documents, and that of a bid's parts
// which came before the bid was replaced or withdrawn.
var loose = []string{"bid.refuse", "bid.stored", "contract.pay", "enquiry.answer"}

func nameOf(t testing.TB, line string) string {
	t.Helper()
	f, err := event.Parse(parse(t, line).Record)
	if err != nil {
		t.Fatal(err)
	}
	return f.Name
}
