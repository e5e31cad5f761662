package paper

import (
	"fmt"
	"strings"
	"time"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func hash(c string) string { return strings.Repeat(c, 64) }

func sheet(number string, langs ...string) Sheet {
	return Sheet{
		Number: number, Languages: langs, Platform: "Probity Example · 示例平台", At: noon,
		VerifyURL: "https://procurement.example.org/verify/" + number,
		Procedure: Procedure{
			ID:       "ocds-a1b2c3-2026-000042",
			Title:    Text{"en": "School furniture for three primary schools", "zh": "三所小学课桌椅采购"},
			Buyer:    Text{"en": "City of Example, Department of Education", "zh": "示例市教育局"},
			Lot:      "2",
			LotTitle: Text{"en": "Desks and chairs", "zh": "课桌椅"},
		},
	}
}

func place() Place {
	return Place{Origin: "log.procurement.example.org/2026", Index: 1741, Leaf: hash("3a9f"[:1]), Size: 1802, Root: hash("c")}
}

func both(en, zh string) Text { return Text{"en": en, "zh": zh} }

// contract is one of everything, with as many items as asked for.
func contract(items int, layout string, langs ...string) Contract {
	c := Contract{
		Sheet:    sheet("C-2026-000007", langs...),
		Title:    both("Contract for the supply of school furniture", "课桌椅采购合同"),
		Award:    "AW-2026-000003",
		Layout:   layout,
		Subject:  both("The supplier delivers, assembles and installs desks and chairs in three schools and takes back the old furniture.", "乙方向三所学校供应、组装并安装课桌椅，并回收旧课桌椅。"),
		Currency: "CNY",
		Total:    "1865436.13",
		Start:    "2026-12-15", End: "2027-06-30",
		Delivery:  both("Delivery is at the buyer's schools, on working days between 8:00 and 16:00, announced three days ahead.\nRisk passes with the signed delivery note.", "交付地点为甲方各学校，工作日8:00至16:00，须提前三日通知。\n风险自签署送货单时转移。"),
		Terms:     both("The buyer pays within 30 days of a correct invoice.", "甲方应在收到合格发票后三十日内付款。"),
		Penalties: both("For each day of delay the supplier owes 0.05 % of the price of what is late, at most 5 % of the contract price.", "乙方每逾期一日，应按逾期部分价款的万分之五支付违约金，累计不超过合同总价的百分之五。"),
		Parties: []Party{
			{Role: "buyer", Name: both("City of Example, Department of Education", "示例市教育局"), Identifiers: []Identifier{{"USCC", "11330100MB0000001X"}},
				Address: both("1 People's Road, Example", "示例市人民路1号"), Representative: "王晓明", Position: both("Director", "局长"), Contact: "office@edu.example.org"},
			{Role: "supplier", Name: both("Yoshida Furniture (Shanghai) Co., Ltd.", "𠮷田家具（上海）有限公司"), Identifiers: []Identifier{{"USCC", "91310000MA1FL0001Q"}, {"LEI", "5493001KJTIIGC8Y1R12"}},
				Address: both("88 Pudong Avenue, Shanghai", "上海市浦东大道88号"), Representative: "李𬕂", Position: both("General manager", "总经理"), Contact: "sales@yoshida.example"},
			{Role: "subcontractor", Name: both("Example Movers", "示例搬运有限公司"), Identifiers: []Identifier{{"USCC", "91330100MA0000002Y"}}},
		},
		Milestones: []Milestone{{"1", both("Sample approved", "样品确认"), "2027-01-15"}, {"2", both("All furniture delivered and installed", "全部交付并安装"), "2027-03-31"}, {"3", both("Final acceptance", "最终验收"), "2027-06-30"}},
		Payments:   []Payment{{"1", both("On signature", "合同签订后"), "30 %", "559630.84"}, {"2", both("After final acceptance", "最终验收后"), "70 %", "1305805.29"}},
		Sums:       []Sum{{both("Sum of lots", "标段合计"), "1650828.43"}, {both("Value added tax 13 %", "增值税 13 %"), "214607.70"}},
	}
	lot := Lot{ID: "2", Title: both("Desks and chairs", "课桌椅"), Total: "1650828.43"}
	for i := range items {
		lot.Items = append(lot.Items, Item{ID: fmt.Sprintf("2.%d", i+1), Classification: "CPV 39121200-8",
			Description: both("Height-adjustable desk, melamine top 650 x 450 mm, fire class B1", "可调节课桌，三聚氰胺台面 650 × 450 毫米，阻燃等级 B1 级"),
			Quantity:    "1250", Unit: both("each", "张"), UnitPrice: "412.123456", Total: "515154.32"})
	}
	c.Lots = []Lot{lot}
	for i := range 4 {
		c.Clauses = append(c.Clauses, Clause{
			Title: both([]string{"Warranty", "Confidentiality", "Changes", "Disputes"}[i], []string{"质量保证", "保密", "变更", "争议解决"}[i]),
			Body: both("The supplier warrants for five years that the furniture is as described, free of faults and safe for children. Faults are mended within ten days, at the supplier's cost.\nWhat has been replaced is under warranty anew.",
				"乙方保证所供货物五年内符合约定、无瑕疵且对儿童安全；出现瑕疵的，乙方应在十日内自费修复，“三包”责任不因验收而免除。\n更换的部件重新计算保证期。"),
		})
	}
	return c
}

func certificate() Certificate {
	sign := func(role string, party Text, who string, index uint64) Signature {
		return Signature{Role: role, Party: party, Signatory: who, Position: both("Authorised representative", "授权代表"), Method: "device_key",
			Key: "SHA256:Jm0x3v9bT2k1qPzq0n6mJ7uE4cQm5k8t1rWcYw2h0aE", Value: strings.Repeat("MEUCIQDf3k9", 8), At: noon.Add(time.Duration(index) * time.Minute), LogIndex: index, LogLeaf: hash("b")}
	}
	return Certificate{Log: place(), Signatures: []Signature{
		sign("buyer", both("City of Example, Department of Education", "示例市教育局"), "王晓明", 1740),
		sign("supplier", both("Yoshida Furniture (Shanghai) Co., Ltd.", "𠮷田家具（上海）有限公司"), "李𬕂", 1741)}}
}

func receipt(langs ...string) Receipt {
	return Receipt{Sheet: sheet("R-2026-000017", langs...), Event: "submitted", Bidder: both("Yoshida Furniture (Shanghai) Co., Ltd.", "𠮷田家具（上海）有限公司"),
		BidderID: Identifier{"USCC", "91310000MA1FL0001Q"}, Seq: 2, Openers: hash("7"), Logged: noon.Add(-123 * time.Millisecond), Deadline: noon.Add(time.Hour),
		Envelopes: []Envelope{{"technical", hash("4")}, {"financial", hash("e")}}, Log: place(), Proof: "c2sp.org/tlog-proof@v1\n"}
}

func refusal(langs ...string) Refusal {
	return Refusal{Sheet: sheet("X-2026-000002", langs...), Bidder: both("Late Limited", "迟到有限公司"), BidderID: Identifier{"USCC", "91330100MA0000002Y"},
		Code: "bid.deadline_passed", Reason: both("The bid arrived after the deadline.", "投标在截止时间之后到达。"), Offered: hash("9"), Refused: noon, Deadline: noon.Add(-time.Second), Log: place()}
}

func opening(langs ...string) Opening {
	o := Opening{Sheet: sheet("O-2026-000004", langs...), Envelope: "financial", Batch: hash("5"), Deadline: noon.Add(-24 * time.Hour), Began: noon, Ended: noon.Add(20 * time.Minute),
		Groups: []Group{{"committee", 3, 5}, {"guardian", 1, 2}}, Log: place(), Remarks: both("Two bidders' representatives were present.", "两家投标人的代表到场。")}
	for i, name := range []string{"陈静", "Anna Berg", "Gao Lei 高磊", "Peter Novák", "赵敏"} {
		w := Opener{Name: name, Organisation: both("Department of Education", "教育局"), Group: "committee", State: []string{"released", "released", "absent", "released", "wrong_share"}[i]}
		if w.State != "absent" {
			w.At = noon.Add(time.Duration(i) * time.Minute)
		}
		o.Openers = append(o.Openers, w)
	}
	prices := []Price{{both("Price without tax", "不含税报价"), Amount{"1650828.43", "CNY"}}, {both("Price with tax", "含税报价"), Amount{"1865436.13", "CNY"}}}
	o.Bids = []OpenedBid{
		{Bidder: both("Yoshida Furniture (Shanghai) Co., Ltd.", "𠮷田家具（上海）有限公司"), BidderID: Identifier{"USCC", "91310000MA1FL0001Q"}, Fingerprint: hash("4"), Outcome: "opened", Prices: prices},
		{Bidder: both("Northern Timber Works Limited Liability Company of the Free Trade Zone", "北方木业（自由贸易试验区）有限责任公司"), BidderID: Identifier{"USCC", "91310000MA1FL0002R"}, Fingerprint: hash("8"), Outcome: "opened", Prices: prices},
		{Bidder: both("Void Limited", "无效有限公司"), BidderID: Identifier{"USCC", "91310000MA1FL0003S"}, Fingerprint: hash("1"), Outcome: "void", Cause: "seal.not_reproduced", Blame: "bidder",
			Because: both("Sealed again, the bid gives another fingerprint.", "重新封装后指纹不一致。")},
	}
	return o
}

func evaluation(langs ...string) Evaluation {
	e := Evaluation{Sheet: sheet("E-2026-000005", langs...), Log: place(),
		TieRule: both("The lower price wins; if equal too, a public draw decides.", "报价低者优先；报价相同的，公开抽签决定。"), PriceFormula: both("Lowest price divided by the bid's price, times 40 points.", "最低报价除以投标报价，乘以40分。"),
		Recommendation: both("The committee recommends the award to Yoshida Furniture.", "评审委员会推荐𠮷田家具为成交供应商。"),
		Members:        []Member{{"陈静", both("Chair", "组长"), "none", nil}, {"Anna Berg", both("Expert", "专家"), "none", nil}, {"Peter Novák", both("Expert", "专家"), "excluded", both("Related to an owner of Northern Timber.", "与北方木业股东有亲属关系。")}},
		Requirements:   []Requirement{{"Q1", both("Fire safety certificate", "阻燃检测报告"), []Finding{{"Yoshida Furniture", true, "Certificate of 2026-05-02, valid."}, {"Northern Timber", true, "证书有效。"}, {"Cheap Chairs", false, "The certificate had expired on 2026-03-01."}}}},
		Low:            []LowBid{{"Northern Timber", Amount{"1211000.00", "CNY"}, "More than 20 % below the mean of the bids.", "How is the price made up?", "Own forest, own sawmill; figures attached.", true, "The figures are plausible and were checked against two earlier contracts."}},
		Ranking: []Rank{{"1", "Yoshida Furniture", Amount{"1650828.43", "CNY"}, "54.50", "29.342857", "83.842857", ""}, {"2", "Northern Timber", Amount{"1211000.00", "CNY"}, "41.00", "40.000000", "81.000000", ""},
			{"-", "Cheap Chairs", Amount{"1190000.00", "CNY"}, "", "", "", "Out: requirement Q1 not met."}},
		Dissents: []Dissent{{"Anna Berg", "The samples of Northern Timber deserved two points more; I accept the consensus."}},
	}
	for _, c := range []string{"Durability", "Design"} {
		k := Criterion{ID: "A", Title: both(c, "耐用性"), Weight: "30 %", Most: "30"}
		for _, b := range []string{"Yoshida Furniture", "Northern Timber"} {
			k.Scores = append(k.Scores, Score{Bidder: b, Agreed: "27.25", Reason: "Steel frame as asked; edges well done.", Marks: []Mark{
				{"陈静", "28", "钢架结构牢固，边角处理良好，样品经五千次升降试验无松动。"}, {"Anna Berg", "26.5", "The sample held 150 kg; one screw was loose after the test."}}})
		}
		e.Criteria = append(e.Criteria, k)
	}
	for _, b := range []string{"Yoshida Furniture", "Northern Timber"} {
		e.Prices = append(e.Prices, PriceSum{Bidder: b, Points: "29.342857", Steps: []Step{
			{both("Lowest price", "最低报价"), "", "1211000.00"}, {both("Ratio", "比值"), "1211000.00 / 1650828.43", "0.733571"}, {both("Points", "得分"), "0.733571 x 40", "29.342857"}}})
	}
	return e
}
