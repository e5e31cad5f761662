package pdf

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func testInfo() Info {
	return Info{Title: "Supply of 采购合同", Subject: "A test", Author: "City of 示例市", Language: "en", At: noon,
		Head: "Contract · 合同", Number: "C-2026-0001", Foot: "Probity · example.org",
		Page: func(part string, n, of int) string { return fmt.Sprintf("%s %d / %d", part, n, of) }}
}

// sample is a paper with one of everything.
func sample(t testing.TB, info Info) *Doc {
	t.Helper()
	d, err := New(info)
	if err != nil {
		t.Fatal(err)
	}
	d.Masthead(Masthead{Kicker: "CONTRACT · 合同", Title: "Supply and fitting of school furniture 学校家具采购", Subtitle: "Lot 1",
		QR: "https://example.org/v/abc", QRAlt: "QR code that leads to the check of this paper", QRNote: "Scan to verify 扫码核验"})
	d.Heading(1, "1  Parties 当事人")
	d.Facts(Fact{Name: "Buyer 采购人", Value: "City of Example, education department"}, Fact{Name: "Supplier 供应商", Value: "𠮷田家具（上海）有限公司 😀 葛󠄀"},
		Fact{Name: "Identifier", Value: strings.Repeat("0123456789abcdef", 6)})
	d.Heading(1, "2  Items 标的")
	table := Table{Columns: []Column{{"No.", 6, false}, {"Item 名称", 40, false}, {"Quantity", 14, true}, {"Unit price", 18, true}, {"Total", 18, true}}}
	for i := range 60 {
		table.Rows = append(table.Rows, Row{Cells: []string{fmt.Sprint(i + 1), "Desk, height adjustable 可调节课桌，含安装、运输；符合国家标准", "120 ea", "1,250.123456", "150,014.81"}})
	}
	table.Rows = append(table.Rows, Row{Cells: []string{"Total 合计", "9,000,888.60"}, Bold: true, Shade: true})
	d.Table(table)
	d.Heading(2, "2.1  Clause")
	d.Paragraph(strings.Repeat("The supplier delivers on time. ", 20))
	d.Paragraph(strings.Repeat("乙方应当按照本合同约定的时间、地点和方式交付货物；逾期的，每日按合同金额的百分之五支付违约金。", 6))
	d.Beside(strings.Repeat("In English on the left. ", 20), strings.Repeat("中文在右侧，并列排版。", 20))
	d.Note("Small print.")
	d.Attach(File{Name: "data.json", Type: "application/json", About: "The data 数据", Relation: "Data", Data: []byte(`{"a":1}`)})
	d.Part("Certificate")
	d.Heading(1, "Certificate 证书")
	d.SealBox("Sealed by Example 示例", "at 2026-12-01 12:00:00 UTC", "PAdES")
	return d
}

func draw(t testing.TB, info Info) []byte {
	t.Helper()
	b, err := sample(t, info).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
