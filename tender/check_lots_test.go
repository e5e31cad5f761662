package tender_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"probity/tender"
)

func TestLotsAndItemsThatAreRefused(t *testing.T) {
	checkAll(t, []refusal{
		{"no lots", "lots", "notice.lots", func(n *tender.Notice) { n.Lots = nil }},
		{"500 lots", "", "", func(n *tender.Notice) { n.Lots, n.Requirements = manyLots(500), nil }},
		{"501 lots", "lots", "notice.lots", func(n *tender.Notice) { n.Lots = manyLots(501) }},
		{"a lot without an id", "lots[0].id", "notice.id", func(n *tender.Notice) { n.Lots[0].ID = "" }},
		{"a lot with a path for an id", "lots[0].id", "notice.id", func(n *tender.Notice) { n.Lots[0].ID = "../x" }},
		{"a lot with a tilde", "lots[0].id", "notice.id", func(n *tender.Notice) { n.Lots[0].ID = "a~b" }},
		{"a lot with a long id", "lots[0].id", "notice.id", func(n *tender.Notice) { n.Lots[0].ID = strings.Repeat("x", 41) }},
		{"a lot with an id that ends in a line", "lots[0].id", "notice.id", func(n *tender.Notice) { n.Lots[0].ID = "salt\n" }},
		{"a lot twice", "lots[1].id", "notice.id_twice", func(n *tender.Notice) { n.Lots[1].ID = "salt" }},
		{"a lot without a title", "lots[1].title", "text.missing", func(n *tender.Notice) { n.Lots[1].Title = nil }},
		{"a lot with a bell", "lots[1].title.en", "text.control", func(n *tender.Notice) { n.Lots[1].Title = en("\x07") }},
		{"a lot described in controls", "lots[1].description.en", "text.control", func(n *tender.Notice) { n.Lots[1].Description = en("\x07x") }},
		{"a lot without items", "lots[1].items", "notice.items", func(n *tender.Notice) { n.Lots[1].Items = nil }},
		{"5000 items", "", "", func(n *tender.Notice) { n.Lots[1].Items = manyItems(4998) }},
		{"5001 items", "lots", "notice.items", func(n *tender.Notice) { n.Lots[1].Items = manyItems(4999) }},
		{"an item without an id", "lots[0].items[1].id", "notice.id", func(n *tender.Notice) { n.Lots[0].Items[1].ID = "" }},
		{"an item twice in a lot", "lots[0].items[1].id", "notice.id_twice", func(n *tender.Notice) { n.Lots[0].Items[1].ID = "i1" }},
		{"an item in two lots", "lots[1].items[0].id", "notice.id_twice", func(n *tender.Notice) { n.Lots[1].Items[0].ID = "i1" }},
		{"an item without words", "lots[0].items[0].description", "text.missing", func(n *tender.Notice) { n.Lots[0].Items[0].Description = nil }},
		{"an item in two lines", "", "", func(n *tender.Notice) { n.Lots[0].Items[0].Description = en("Salt,\ncoarse") }},
		{"an item in controls", "lots[0].items[0].description.en", "text.control", func(n *tender.Notice) { n.Lots[0].Items[0].Description = en("a\u2028b") }},
		{"an item of no list", "lots[0].items[0].classification", "notice.classification", func(n *tender.Notice) { n.Lots[0].Items[0].Classification.Scheme = "" }},
		{"nothing of an item", "lots[0].items[0].quantity", "item.quantity", func(n *tender.Notice) { n.Lots[0].Items[0].Quantity = dec("0") }},
		{"less than nothing", "lots[0].items[0].quantity", "item.quantity", func(n *tender.Notice) { n.Lots[0].Items[0].Quantity = dec("-1") }},
		{"a millionth", "", "", func(n *tender.Notice) { n.Lots[0].Items[0].Quantity = dec("0.000001") }},
		{"no unit", "lots[0].items[0].unit", "item.unit", func(n *tender.Notice) { n.Lots[0].Items[0].Unit.Code = "" }},
		{"a unit in words", "lots[0].items[0].unit", "item.unit", func(n *tender.Notice) { n.Lots[0].Items[0].Unit.Code = "kilogram" }},
		{"a long unit", "lots[0].items[0].unit", "item.unit", func(n *tender.Notice) { n.Lots[0].Items[0].Unit.Code = "TNETNETNE" }},
		{"a unit named in controls", "lots[0].items[0].unit.name.en", "text.control", func(n *tender.Notice) { n.Lots[0].Items[0].Unit.Name = en("t\nx") }},
	})
}

func manyLots(count int) []tender.LotNotice {
	var list []tender.LotNotice
	for i := range count {
		list = append(list, tender.LotNotice{ID: fmt.Sprint("l", i), Title: en("Lot"), Items: []tender.Item{item(fmt.Sprint("x", i))}, Criteria: criteria()})
	}
	return list
}

func manyItems(count int) []tender.Item {
	var list []tender.Item
	for i := range count {
		list = append(list, item(fmt.Sprint("x", i)))
	}
	return list
}

func TestRequirementsThatAreRefused(t *testing.T) {
	checkAll(t, []refusal{
		{"no requirements", "", "", func(n *tender.Notice) { n.Requirements = nil }},
		{"501 requirements", "requirements", "notice.requirements", func(n *tender.Notice) { n.Requirements = make([]tender.Requirement, 501) }},
		{"a requirement without an id", "requirements[0].id", "notice.id", func(n *tender.Notice) { n.Requirements[0].ID = "" }},
		{"a requirement twice", "requirements[1].id", "notice.id_twice", func(n *tender.Notice) { n.Requirements[1].ID = "r1" }},
		{"a requirement without words", "requirements[1].title", "text.missing", func(n *tender.Notice) { n.Requirements[1].Title = nil }},
		{"a requirement of no kind", "requirements[0].kind", "requirement.kind", func(n *tender.Notice) { n.Requirements[0].Kind = "friendship" }},
		{"a requirement for no lot", "requirements[1].lots", "requirement.lot", func(n *tender.Notice) { n.Requirements[1].Lots = []string{"brine", "sand"} }},
	})
	n := notice()
	if r := n.RequirementsOf("salt"); len(r) != 1 || r[0].ID != "r1" {
		t.Errorf("salt requires %v", r)
	}
	if r := n.RequirementsOf("brine"); len(r) != 2 {
		t.Errorf("brine requires %v", r)
	}
}

func TestTermsThatAreRefused(t *testing.T) {
	milestones := func(n *tender.Notice) []tender.MilestonePlan { return n.Terms.Milestones }
	checkAll(t, []refusal{
		{"no terms", "", "", func(n *tender.Notice) { n.Terms = tender.Terms{} }},
		{"terms in controls", "terms.text.en", "text.control", func(n *tender.Notice) { n.Terms.Text = en("\x07x") }},
		{"shares that sum to 99.9", "terms.milestones", "terms.milestones", func(n *tender.Notice) { milestones(n)[1].Percent = dec("66.6") }},
		{"shares that sum to 100.000001", "terms.milestones", "terms.milestones", func(n *tender.Notice) { milestones(n)[1].Percent = dec("66.700001") }},
		{"shares that sum to 100 in thirds", "", "", func(n *tender.Notice) {
			milestones(n)[0].Percent, milestones(n)[1].Percent = dec("33.333333"), dec("66.666667")
		}},
		{"a share of nothing", "terms.milestones[0]", "terms.milestones", func(n *tender.Notice) { milestones(n)[0].Percent = dec("0") }},
		{"a negative share", "terms.milestones[0]", "terms.milestones", func(n *tender.Notice) { milestones(n)[0].Percent, milestones(n)[1].Percent = dec("-10"), dec("110") }},
		{"a milestone before the signature", "terms.milestones[1]", "terms.milestones", func(n *tender.Notice) { milestones(n)[1].Days = -1 }},
		{"a milestone after a century", "terms.milestones[1]", "terms.milestones", func(n *tender.Notice) { milestones(n)[1].Days = 36501 }},
		{"a milestone after all numbers", "terms.milestones[1]", "terms.milestones", func(n *tender.Notice) { milestones(n)[1].Days = math.MaxInt }},
		{"a milestone twice", "terms.milestones[1].id", "notice.id_twice", func(n *tender.Notice) { milestones(n)[1].ID = "m1" }},
		{"a milestone without an id", "terms.milestones[0].id", "notice.id", func(n *tender.Notice) { milestones(n)[0].ID = " " }},
		{"a milestone without words", "terms.milestones[0].title", "text.missing", func(n *tender.Notice) { milestones(n)[0].Title = nil }},
		{"501 milestones", "terms", "terms.range", func(n *tender.Notice) { n.Terms.Milestones = make([]tender.MilestonePlan, 501) }},
		{"payment at once", "", "", func(n *tender.Notice) { n.Terms.PaymentDays = 0 }},
		{"payment before delivery", "terms", "terms.range", func(n *tender.Notice) { n.Terms.PaymentDays = -1 }},
		{"payment after ten years", "terms", "terms.range", func(n *tender.Notice) { n.Terms.PaymentDays = 3651 }},
		{"payment before delivery, and no milestones", "terms", "terms.range", func(n *tender.Notice) { n.Terms.PaymentDays, n.Terms.Milestones = -1, nil }},
		{"payment after all numbers, and no milestones", "terms", "terms.range", func(n *tender.Notice) { n.Terms.PaymentDays, n.Terms.Milestones = math.MaxInt, nil }},
	})
}

func TestDocumentsThatAreRefused(t *testing.T) {
	with := func(f func(*tender.Document)) func(*tender.Notice) {
		return func(n *tender.Notice) {
			n.Documents = []tender.Document{document("spec", version(1, "a"), version(2, "b")), document("form", version(1, "a"))}
			f(&n.Documents[0])
		}
	}
	of := func(f func(*tender.Version)) func(*tender.Notice) {
		return with(func(d *tender.Document) { f(&d.Versions[1]) })
	}
	list := []refusal{
		{"two documents", "", "", with(func(*tender.Document) {})},
		{"501 documents", "documents", "notice.documents", func(n *tender.Notice) { n.Documents = make([]tender.Document, 501) }},
		{"a document without an id", "documents[0].id", "notice.id", with(func(d *tender.Document) { d.ID = "" })},
		{"a document twice", "documents[1].id", "notice.id_twice", with(func(d *tender.Document) { d.ID = "form" })},
		{"a document without a title", "documents[0].title", "text.missing", with(func(d *tender.Document) { d.Title = nil })},
		{"a document of no type", "documents[0].type", "document.type", with(func(d *tender.Document) { d.Type = "" })},
		{"a document without a file", "documents[0].versions", "document.versions", with(func(d *tender.Document) { d.Versions = nil })},
		{"a document with 201 versions", "documents[0].versions", "document.versions", with(func(d *tender.Document) { d.Versions = make([]tender.Version, 201) })},
		{"versions with a gap", "documents[0].versions[1].number", "document.number", of(func(v *tender.Version) { v.Number = 3 })},
		{"an empty file", "documents[0].versions[1].size", "document.size", of(func(v *tender.Version) { v.Size = 0 })},
		{"a file of negative size", "documents[0].versions[1].size", "document.size", of(func(v *tender.Version) { v.Size = -10 })},
		{"a file of 2^53 bytes", "documents[0].versions[1].size", "document.size", of(func(v *tender.Version) { v.Size = 1 << 53 })},
		{"a hash in capitals", "documents[0].versions[1].sha256", "document.hash", of(func(v *tender.Version) { v.SHA256 = strings.Repeat("A", 64) })},
		{"a short hash", "documents[0].versions[1].sha256", "document.hash", of(func(v *tender.Version) { v.SHA256 = "ab" })},
		{"no media type", "documents[0].versions[1].media", "document.media", of(func(v *tender.Version) { v.Media = "" })},
		{"a media type with a header", "documents[0].versions[1].media", "document.media", of(func(v *tender.Version) { v.Media = "text/html\r\nX: y" })},
		{"an upload at no time", "documents[0].versions[1].at", "document.at", of(func(v *tender.Version) { v.At = time.Time{} })},
		{"a file name of characters beyond the BMP", "", "", of(func(v *tender.Version) { v.Name = "𠮷野家.pdf" })},
	}
	for _, name := range []string{"", ".", "..", "../spec.pdf", "/etc/passwd", `..\spec.pdf`, "C:spec.pdf", "a\x00.pdf", "a\n.pdf", ".hidden",
		"spec.", " spec.pdf", "a\u202efdp.exe", strings.Repeat("x", 201), strings.Repeat("𠮷", 64) + "x", "a\xff"} {
		list = append(list, refusal{fmt.Sprintf("the file name %.20q", name), "documents[0].versions[1].name", "document.name", of(func(v *tender.Version) { v.Name = name })})
	}
	checkAll(t, list)
}
