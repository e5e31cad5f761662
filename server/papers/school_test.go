package papers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/contract"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// The school furniture of these tests: two lots, two envelopes, four bidders,
// five openers and a guardian, three evaluators, in English and Chinese.

const (
	ocid = "ocds-213czf-k7m2q9"
	lot1 = "lot-1"
	lot2 = "lot-2"
)

var (
	began    = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	deadline = time.Date(2026, 10, 12, 8, 0, 0, 0, time.UTC)
	dec      = tender.MustDecimal
)

func say(en, zh string) tender.Text { return tender.Text{"en": en, "zh-CN": zh} }

func cny(s string) tender.Money { return tender.MustMoney(s, "CNY") }

func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func org(id, en, zh, scheme, number string) tender.OrgName {
	return tender.OrgName{ID: id, Name: say(en, zh), Identifier: party.Identifier{Scheme: scheme, ID: number, LegalName: zh}}
}

var organisations = func() map[string]tender.OrgName {
	m := map[string]tender.OrgName{}
	for _, o := range []tender.OrgName{
		org("org-city", "City of Example, Department of Education", "示例市教育局", "CN-USCI", "11330100MB0000001X"),
		org("org-a", "Yoshida Furniture (Shanghai) Co., Ltd.", "𠮷田家具（上海）有限公司", "CN-USCI", "91310000MA1FL0001Q"),
		org("org-b", "Northern Timber Works of the Free Trade Zone Limited Liability Company", "北方木业（自由贸易试验区）有限责任公司", "CN-USCI", "91310000MA1FL0002R"),
		org("org-c", "Möbel Süd GmbH", "南方家具（德国）有限公司", "XI-LEI", "5493001KJTIIGC8Y1R12"),
		org("org-d", "Cheap Chairs Trading", "廉价椅业贸易有限公司", "CN-USCI", "91310000MA1FL0004T"),
		org("org-e", "Example Movers", "示例搬运有限公司", "CN-USCI", "91330100MA0000002Y"),
	} {
		m[o.ID] = o
	}
	return m
}()

func names() Names {
	n := Names{}
	for id, o := range organisations {
		n[id] = o
	}
	return n
}

func item(id, en, zh, quantity string) tender.Item {
	return tender.Item{ID: id, Description: say(en, zh), Quantity: dec(quantity), Unit: tender.Unit{Code: "C62", Name: say("each", "件")},
		Classification: tender.Classification{Scheme: "CPV", ID: "39121200-8", Description: say("Tables", "桌子")}}
}

func school() *tender.Tender {
	criteria := tender.Criteria{
		Price: tender.Price{Weight: dec("40"), Formula: tender.LowestRatio}, Consensus: tender.Agreed, Places: 2,
		MinimumQuality: dec("50"), Lines: tender.UnitPriceHolds, Low: tender.Low{BelowMean: dec("20"), Others: 2},
		Ties: []tender.Tie{{By: tender.TiePrice}, {By: tender.TieCriterion, Criterion: "plan"}, {By: tender.TieDraw}},
		Quality: []tender.Criterion{
			{ID: "plan", Title: say("Delivery plan", "交付方案"), Weight: dec("20"), Scale: &tender.Scale{Max: dec("10"), Step: dec("0.5")}},
			{ID: "make", Title: say("Quality of make", "制作质量"), Weight: dec("40"), Parts: []tender.Criterion{
				{ID: "wood", Title: say("Materials", "材料"), Weight: dec("25"), Scale: &tender.Scale{Max: dec("10"), Step: dec("0.5")}},
				{ID: "sample", Title: say("Sample", "样品"), Weight: dec("15"), Scale: &tender.Scale{Max: dec("10"), Step: dec("0.5")}},
			}},
		},
	}
	openers := tender.Openers{Hash: hash("manifest"), Groups: []tender.OpenerGroup{{Name: "committee", K: 3}, {Name: "guardian", K: 1, Guardian: true}}}
	for i, n := range []string{"陈静", "Anna Berg", "Gao Lei 高磊", "Peter Novák", "赵敏"} {
		openers.Groups[0].Members = append(openers.Groups[0].Members, tender.Opener{User: fmt.Sprintf("u-open-%d", i+1), Name: n})
	}
	openers.Groups[1].Members = []tender.Opener{{User: "u-guard", Name: "Court of Auditors, Ms Ek"}}
	estimate := cny("1500000.00")
	return &tender.Tender{
		Root: store.Root{ID: ocid}, Buyer: organisations["org-city"], Openers: openers,
		Panel: []tender.Member{{User: "u-1", Name: "王芳"}, {User: "u-2", Name: "Ivan Petrov"}, {User: "u-3", Name: "刘洋"}, {User: "u-4", Name: "Lena Holm"}},
		Notice: tender.Notice{
			Title: say("School furniture for three primary schools", "三所小学课桌椅采购"), Languages: []string{"en", "zh-CN"}, Currency: "CNY",
			Envelopes: tender.TwoEnvelopes, Timetable: tender.Timetable{Deadline: deadline, Opens: deadline},
			Requirements: []tender.Requirement{
				{ID: "tax", Title: say("No debt of taxes", "无欠税"), Kind: "exclusion"},
				{ID: "fire", Title: say("Fire class B1 or better", "阻燃等级不低于B1级"), Kind: "technical", Lots: []string{lot2}}},
			Lots: []tender.LotNotice{
				{ID: lot1, Title: say("Blackboards", "黑板"), Items: []tender.Item{item("board", "Blackboard, 4 m", "黑板，4米", "60")}, Criteria: criteria},
				{ID: lot2, Title: say("Desks and chairs", "课桌椅"), Value: &estimate, Criteria: criteria, Items: []tender.Item{
					item("desk", "Height-adjustable desk, melamine top 650 × 450 mm, fire class B1", "可调节课桌，三聚氰胺台面650×450毫米，阻燃等级B1级", "1250"),
					item("chair", "Stackable chair", "可叠放椅子", "1250")}},
			},
		},
	}
}

// opened is the record of the opening of the price envelopes of lot 2.
func opened() bidding.Record {
	r := bidding.Record{V: "probity-opening/1", Tender: ocid, Lot: lot2, Envelope: tender.Financial, Batch: hash("batch"),
		Announced: "2026-10-19T08:00:00.000Z", Done: "2026-10-19T08:21:42.125Z", Bids: []bidding.RecordedBid{}}
	for i, n := range []string{"陈静", "Anna Berg", "", "Peter Novák", "赵敏"} {
		if n != "" {
			r.Openers = append(r.Openers, bidding.RecordedSeat{Seat: bidding.Seat{Opener: i + 1}, Name: n, At: fmt.Sprintf("2026-10-19T08:%02d:10.000Z", i+3)})
		}
	}
	r.Openers[3].False = 1
	r.Openers = append(r.Openers, bidding.RecordedSeat{Seat: bidding.Seat{Group: 1, Opener: 1}, Name: "Court of Auditors, Ms Ek", At: "2026-10-19T08:21:42.125Z"})
	add := func(id string, desk, chair, total string) *bidding.RecordedBid {
		b := bidding.RecordedBid{Bidder: organisations[id], Fingerprint: hash("financial " + id), Seq: 1, State: seal.Opened, Blame: seal.BlameNone,
			Text: "Sealed honestly, complete and readable.", Files: []seal.File{{Name: "offer.json", Size: 800, SHA256: hash("f")}}}
		if total != "" {
			sum := cny(total)
			b.Price = &sum
			d, _ := tender.LineTotal(dec(desk), dec("1250"), "CNY")
			c, _ := tender.LineTotal(dec(chair), dec("1250"), "CNY")
			b.Prices = []bidding.ItemPrice{{Item: "desk", UnitPrice: dec(desk), Total: d}, {Item: "chair", UnitPrice: dec(chair), Total: c}}
		}
		r.Bids = append(r.Bids, b)
		return &r.Bids[len(r.Bids)-1]
	}
	a := add("org-a", "812.123456", "301.5", "1392029.32")
	a.Parties = []party.Party{{Organisation: "org-a", Role: party.PartyLead}, {Organisation: "org-e", Role: party.PartySubcontractor, Share: 1000}}
	add("org-b", "905", "320.00", "1531250.00")
	add("org-c", "640.10", "255.05", "1118937.50")
	d := add("org-d", "", "", "")
	d.State, d.Cause, d.Blame, d.Text, d.Files = seal.Void, seal.CauseReseal, seal.BlameBidder, "Sealing again from the openers' shares gives another header: the bid was not sealed honestly.", nil
	d.Complaints = []bidding.Complaint{{Seat: bidding.Seat{Opener: 5}, Code: "seal.share_commitment", Blame: seal.BlameBidder}}
	return r
}

// agreed is the contract on lot 2, with something in every field.
func agreed() contract.Record {
	day := func(s string) rules.Date {
		d, err := rules.ParseDate(s)
		if err != nil {
			panic(err)
		}
		return d
	}
	bond := cny("69601.47")
	line := func(i tender.Item, price, total string) contract.Line {
		return contract.Line{ID: i.ID, Description: i.Description, Classification: i.Classification, Quantity: i.Quantity, Unit: i.Unit, UnitPrice: dec(price), Total: cny(total)}
	}
	items := school().Notice.Lot(lot2).Items
	return contract.Record{
		V: contract.RecordForm, ID: ocid + "~" + lot2 + "~1", Tender: ocid, Lot: lot2, Award: ocid + "~" + lot2 + "~1", Number: "EDU-2026/17",
		Title: say("Contract for the supply of school furniture", "课桌椅采购合同"), Date: day("2026-11-23"), Bilingual: true,
		Parties: []contract.Party{
			{Role: contract.BuyerSide, Org: organisations["org-city"], Address: say("1 People's Road, Example", "示例市人民路1号"), Contact: "office@edu.example.org", Representative: "王晓明", Position: say("Director", "局长")},
			{Role: contract.SupplierSide, Org: organisations["org-a"], Address: say("88 Pudong Avenue, Shanghai", "上海市浦东大道88号"), Contact: "sales@yoshida.example", Representative: "李𬕂", Position: say("General manager", "总经理")},
			{Role: contract.MemberSide, Org: organisations["org-e"], Address: say("3 Harbour Street", "港口街3号"), Contact: "team@movers.example", Part: say("Transport and assembly", "运输与安装")},
		},
		Items: []contract.Line{line(items[0], "812.123456", "1015154.32"), line(items[1], "301.5", "376875.00")}, Price: cny("1392029.32"),
		Milestones: []contract.Milestone{
			{ID: "m1", Title: say("Sample approved", "样品确认"), Due: day("2026-12-23"), Percent: dec("30"), Amount: cny("417608.80")},
			{ID: "m2", Title: say("All furniture delivered and installed", "全部交付并安装"), Due: day("2027-03-31"), Percent: dec("70"), Amount: cny("974420.52")}},
		PaymentDays: 30, Security: &bond,
		Terms:   say("Delivery is on working days between 8:00 and 16:00, announced three days ahead.\nRisk passes with the signed delivery note.", "交付时间为工作日8:00至16:00，须提前三日通知。\n风险自签署送货单时转移。"),
		Clauses: []contract.Clause{{Title: say("Warranty", "质量保证"), Body: say("The supplier warrants for five years that the furniture is free of faults.\nFaults are mended within ten days.\tAt its cost.", "乙方保证所供货物五年内无瑕疵。\n出现瑕疵的，应在十日内自费修复。")}},
	}
}
