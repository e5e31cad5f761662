package bid_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/party"
)

// write puts bytes into a file of some name.
func (d *desk) write(name string, b []byte) string {
	d.t.Helper()
	file := filepath.Join(d.t.TempDir(), name)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		d.t.Fatal(err)
	}
	return file
}

// saved waits until the browser has kept what was typed.
func (d *desk) saved() {
	d.t.Helper()
	d.Until(`document.querySelector('[data-saved]').textContent`)
}

// partner names a supplier as a partner, as people do: type, then choose.
func (d *desk) partner(n int, name, label string) {
	d.t.Helper()
	row := `[data-party-list] > :nth-child(` + string(rune('0'+n)) + `) `
	d.Type(row+"[data-party-find]", name)
	d.Until(`[...document.querySelectorAll('` + row + `option')].some(o => o.value.startsWith('` + label + `'))`)
	d.Eval(`(x => { x.value = [...document.querySelectorAll('`+row+`option')].find(o => o.value.startsWith('`+label+`')).value; x.dispatchEvent(new Event('input', {bubbles: true})) })(document.querySelector('`+row+`[data-party-find]'))`, nil)
	d.Until(`document.querySelector('` + row + `[data-party-found]').textContent.includes('org-')`)
}

// A consortium with a bid security: what is missing is told until all is there,
// what the server gets is what was filled in, and the opening record shows it.
func TestAConsortiumWithASecurity(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{Change: func(n *tender.Notice) {
		n.Security = &tender.Security{Amount: tender.MustMoney("100.00", "EUR"), Days: 90}
	}})
	mate, helper := d.w.Bidder("pepper"), d.w.Bidder("sugar")
	d.s.Settle()
	d.Wizard(d.url)
	d.fill("9")
	missing := func(want ...string) {
		t.Helper()
		said := d.Text("#submit ~ div")
		for _, s := range want {
			if !strings.Contains(said, s) {
				t.Errorf("%q is not said to be missing: %s", s, said)
			}
		}
		if len(want) == 0 && d.Has("[data-missing-some]:not([hidden])") {
			t.Errorf("still missing: %s", said)
		}
	}
	missing("the kind", "who issued", "the reference", "the amount", "until when", "the document of the bid security")
	d.Upload("#files-bid", d.write("guarantee.pdf", []byte("%PDF guarantee")))
	d.Until(`document.querySelector('#security-document option[value="guarantee.pdf"]')`)
	d.Choose("#security-kind", string(bidding.Guarantee))
	d.Choose("#security-document", "guarantee.pdf")
	d.Type("#security-issuer", "Bank of the North")
	d.Type("#security-reference", "G-7")
	d.Type("#security-amount", "99.99")
	day := biddingtest.Deadline.AddDate(0, 0, 89)
	d.Choose("#security-until", day.Format(time.DateOnly))
	missing("at least 100.00 EUR", "good until "+day.AddDate(0, 0, 1).Format(time.DateOnly))
	d.Type("#security-amount", "120")
	d.Choose("#security-until", day.AddDate(0, 0, 1).Format(time.DateOnly))
	missing()

	d.Click("[data-party-add]")
	missing("the company of partner 1")
	d.partner(1, "org-pepper", "Name of org-pepper")
	d.Type("#lead-share", "60")
	d.Type("[data-party-list] > :nth-child(1) [data-party-share]", "50")
	missing("not more than 100 percent")
	d.Type("[data-party-list] > :nth-child(1) [data-party-share]", "30")
	missing("come to 100 percent")
	d.Click("[data-party-add]")
	d.partner(2, "org-sugar", "Name of org-sugar")
	d.Choose("[data-party-list] > :nth-child(2) [data-party-role]", "subcontractor")
	missing()
	d.Check()
	d.saved()
	d.Go(d.url) // all of it is there again
	d.Until(`document.querySelector('[data-bid]').dataset.ready`)
	if n := d.Value("#security-issuer"); n != "Bank of the North" || !d.Has("[data-party-list] > :nth-child(2)") {
		t.Errorf("after a reload: %q, %s", n, d.Text("[data-party-list]"))
	}
	d.Type("[data-passphrase]", browsertest.Passphrase)
	d.Click("[data-seal]")
	d.Received()

	v := d.by.Stored(d.w.Lot).Last()
	want := []party.Party{{Organisation: d.by.Org, Role: party.PartyLead, Share: 6000}, {Organisation: mate.Org, Role: party.PartyMember, Share: 3000}, {Organisation: helper.Org, Role: party.PartySubcontractor}}
	if len(v.Parties) != 3 || v.Parties[0] != want[0] || v.Parties[1] != want[1] || v.Parties[2] != want[2] {
		t.Errorf("parties %+v", v.Parties)
	}
	if s := v.Security; s == nil || s.Kind != bidding.Guarantee || s.Amount.String() != "120.00 EUR" || s.Document != "guarantee.pdf" || s.Until.Format(time.DateTime) != day.AddDate(0, 0, 1).Format(time.DateOnly)+" 23:59:59" {
		t.Errorf("security %+v", v.Security)
	}
	out, files := d.opened("bid")
	if out.Security == nil || *out.Security != *v.Security || string(files["guarantee.pdf"]) != "%PDF guarantee" {
		t.Errorf("opened: %+v, %d files", out.Security, len(files))
	}
}

// The platform's own price sheet, filled in with a spreadsheet program, fills
// in the prices; wrong sheets change nothing and name the cell.
func TestAPriceSheet(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{Change: func(n *tender.Notice) {
		more := n.Lots[0].Items[0]
		more.ID, more.Description = "i2", tender.Text{"en": `Grit, "fine" <2 mm & dry`}
		n.Lots[0].Items = append(n.Lots[0].Items, more)
	}})
	d.Wizard(d.url)
	d.Click("details:has([data-sheet-template]) summary")
	book, err := excelize.OpenReader(bytes.NewReader(d.Download("[data-sheet-template=xlsx]")))
	if err != nil {
		t.Fatal(err)
	}
	sheet := book.GetSheetName(0)
	rows, err := book.GetRows(sheet)
	if err != nil || len(rows) != 6 || rows[0][1] != d.w.ID || rows[5][1] != `Grit, "fine" <2 mm & dry` || rows[4][2] != "100" {
		t.Fatalf("the sheet holds %q (%v)", rows, err)
	}
	with := func(change map[string]any) string {
		t.Helper()
		for cell, v := range change {
			if err := book.SetCellValue(sheet, cell, v); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := book.Write(&b); err != nil {
			t.Fatal(err)
		}
		return d.write("prices.xlsx", b.Bytes())
	}
	prices := func(want ...string) {
		t.Helper()
		for i, w := range want {
			if got := d.Value("#price-" + string(rune('0'+i))); got != w {
				t.Errorf("price %d is %q, not %q", i+1, got, w)
			}
		}
	}
	d.Upload("#sheet", with(map[string]any{"E5": 12.345, "E6": "1,250.50"}))
	d.Until(`document.querySelector('[data-sheet-told]').textContent.includes('2 of 2')`)
	prices("12.345", "1250.5")
	for _, c := range []struct {
		says   string
		change map[string]any
		cell   string
	}{
		{"a price that is a word", map[string]any{"E5": 1, "E6": "on request"}, "E6"},
		{"a negative price", map[string]any{"E6": -4}, "E6"},
		{"a formula that broke", map[string]any{"E6": "#DIV/0!"}, "E6"},
		{"an item twice", map[string]any{"E6": 4, "A7": "i1", "E7": 9}, "A7"},
		{"another lot", map[string]any{"A7": "", "E7": "", "B2": "lot-9"}, "B2"},
		{"another tender", map[string]any{"B1": "ocds-213czf-other"}, "B1"},
	} {
		d.Upload("#sheet", with(c.change))
		d.Until(`document.querySelector('[data-error]').hidden === false`)
		if said := d.Text("[data-error-text]"); !strings.Contains(said, "Cell "+c.cell) {
			t.Errorf("%s: the page says %q", c.says, said)
		}
		prices("12.345", "1250.5")
		d.Eval(`document.querySelector('[data-error]').hidden = true`, nil)
	}
	for says, b := range map[string][]byte{"no workbook": []byte("PK\x03\x04 nothing"), "a picture": {0x89, 'P', 'N', 'G', 0xff, 0xfe}, "an empty file": {}} {
		d.Upload("#sheet", d.write("prices.xlsx", b))
		d.Until(`document.querySelector('[data-error]').hidden === false`)
		t.Logf("%s: %s", says, d.Text("[data-error-text]"))
		prices("12.345", "1250.5")
		d.Eval(`document.querySelector('[data-error]').hidden = true`, nil)
	}
	d.Upload("#sheet", d.write("prices.csv", []byte("\xef\xbb\xbf"+"Item;Unit price\r\ni2;7\r\n")))
	d.Until(`document.querySelector('[data-sheet-told]').textContent.includes('1 of 2')`)
	prices("12.345", "7")
}

// A draft goes to another computer as a file that only its passphrase opens.
func TestADraftTravels(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{Envelopes: "two"})
	d.Wizard(d.url)
	plan := bytes.Repeat([]byte("plan"), 300_000)
	d.Upload("#files-technical", d.write("plan.pdf", plan))
	d.Until(`document.querySelector('[data-file-list="technical"] [data-name]')`)
	d.fill("12.5")
	d.Type("[data-answer]", "We owe nothing.")
	d.saved()
	d.Click("details:has([data-draft-save]) summary")
	d.Type("#draft-pass", browsertest.Passphrase)
	file := d.write("draft.age", d.Download("[data-draft-save]"))
	if b, err := os.ReadFile(file); err != nil || bytes.Contains(b, []byte("12.5")) || bytes.Contains(b, []byte("planplan")) {
		t.Fatal("the file tells what is in the draft")
	}

	other := sit(t, d.s, d.w, d.by) // a fresh profile
	other.Wizard(d.url)
	other.Click("details:has([data-draft-save]) summary")
	load := func(pass, file string) {
		other.Type("#draft-pass", pass)
		other.Upload("#draft-load", file)
		other.Until(`document.querySelector('[data-error]').hidden === false || document.querySelector('[data-draft-told]').textContent`)
	}
	load("wrong horse", file)
	if said := other.Text("[data-error-text]"); !strings.Contains(said, "does not open with this passphrase") || other.Value("[data-price]") != "" {
		t.Errorf("with a wrong passphrase: %q, price %q", said, other.Value("[data-price]"))
	}
	other.Eval(`document.querySelector('[data-error]').hidden = true`, nil)
	load(browsertest.Passphrase, d.write("draft.age", []byte("age-encryption.org/v1\nnothing")))
	if other.Has("[data-draft-told]:not(:empty)") {
		t.Error("a broken file was read")
	}
	other.Eval(`document.querySelector('[data-error]').hidden = true`, nil)
	load(browsertest.Passphrase, file)
	other.Until(`document.querySelector('[data-draft-told]').textContent`)
	if other.Value("[data-price]") != "12.5" || other.Value("[data-answer]") != "We owe nothing." || other.Text("[data-file-list=technical] [data-name]") != "plan.pdf" {
		t.Errorf("the draft arrived as %q, %q, %s", other.Value("[data-price]"), other.Value("[data-answer]"), other.Text("[data-file-list=technical]"))
	}
	other.Type("[data-passphrase]", browsertest.Passphrase)
	other.Click("[data-seal]")
	other.Received()
	_, files := other.opened("technical")
	if !bytes.Equal(files["plan.pdf"], plan) {
		t.Error("the document came out different")
	}
}
