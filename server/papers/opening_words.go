package papers

import (
	"fmt"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/paper"
	"probity/tender"
	"probity/tender/party"
)

var unreadable = both("The envelope was opened, but the offer in it cannot be read.", "信封已开启，但其中的报价文件无法读取。")

var roles = map[party.PartyRole]paper.Text{
	party.PartyMember:        both("member of the consortium", "联合体成员"),
	party.PartySubcontractor: both("subcontractor", "分包人"),
}

// causes say in Chinese what seal's verdicts say in English.
var causes = map[string]string{
	seal.CauseHeaderMissing:  "所存的封装头缺失；任何人均可重新提供。",
	seal.CauseHeaderAltered:  "现有封装头与日志中登记的指纹不符；任何人均可提供正确的封装头。",
	seal.CauseHeaderForm:     "投标人登记指纹的内容不是封装头。",
	seal.CauseContext:        "该封装是为其他项目、标段、信封、投标人或序号制作的。",
	seal.CauseOpeners:        "该投标虽按另一份开标人名单封装，仍被接收。",
	seal.CauseHeaderSeats:    "封装中并非每名开标人恰有一份密钥份额。",
	seal.CausePayloadForm:    "封装头所述的内容不可能存在。",
	seal.CausePayloadParts:   "封装头中的分块大小或数量不符合规则。",
	seal.CauseReseal:         "用开标人的份额重新封装得到不同的封装头：该投标未如实封装。",
	seal.CauseUnproven:       "所公布的密钥不能重现该封装；仅凭此点不能认定投标人有过错。",
	seal.CauseUnusable:       "投标人制作的密钥份额中可用的过少。",
	seal.CauseSharesMissing:  "提供有效份额的开标人过少。",
	seal.CausePayloadMissing: "所存的投标内容缺失；任何人均可重新提供。",
	seal.CausePayloadAltered: "现有投标内容与所存的不一致；任何人均可提供正确的内容。",
	seal.CausePayloadAge:     "投标内容并非仅以封装密钥加密的文件。",
	seal.CauseContainer:      "解密后的内容不是格式正确的容器。",
	seal.CauseDecrypt:        "某份密钥份额不能用其开标人的密钥解开。",
	seal.CauseRecord:         "某份密钥份额是为其他位置制作的。",
	seal.CauseCommitment:     "某份密钥份额与其承诺不符。",
}

// because is what a verdict says.
func because(cause, words string) paper.Text {
	zh, ok := causes[cause]
	if !ok {
		return paper.Text{english: tidy(words)}
	}
	return both(tidy(words), zh)
}

// complaint is what was found about an opener's share.
func complaint(c bidding.Complaint) paper.Text {
	return both(fmt.Sprintf("Share of opener %d in group %d: %s", c.Opener, c.Group+1, c.Code),
		fmt.Sprintf("第%[2]d组第%[1]d名开标人的份额：%[3]s", c.Opener, c.Group+1, c.Code))
}

// itemPrice says what an item's price is made of.
func itemPrice(l *tender.LotNotice, p bidding.ItemPrice, langs []string) paper.Text {
	out := paper.Text{}
	for _, lang := range langs {
		out[lang] = p.Item
	}
	if l == nil {
		return out
	}
	for _, i := range l.Items {
		if i.ID != p.Item {
			continue
		}
		for n, lang := range langs {
			out[lang] = in(text(i.Description), lang)
			if n == 0 { // the numbers are said once
				out[lang] = fmt.Sprintf("%s  %s: %s %s × %s", i.ID, out[lang], i.Quantity, unit(i.Unit, lang), p.UnitPrice)
			}
		}
	}
	return out
}

func unit(u tender.Unit, lang string) string {
	if s := in(text(u.Name), lang); s != "" {
		return s
	}
	return u.Code
}

// openingRemarks name the record by its hash, and say what is not shown.
func openingRemarks(r bidding.Record, items bool) paper.Text {
	t := both("Hash of the public record: "+r.Hash(), "公开记录的哈希值："+r.Hash())
	files := 0
	for _, b := range r.Bids {
		files += len(b.Files)
	}
	t = join(t, both(fmt.Sprintf("The opened envelopes hold %d files; each is listed with its SHA-256 in the public record.", files),
		fmt.Sprintf("已开启的信封共含%d个文件，其SHA-256均列于公开记录中。", files)))
	if !items {
		t = join(t, both("Only totals are shown here; the prices of items are in the public record.", "此处仅列总价，分项报价见公开记录。"))
	}
	return t
}

// refusals say why something was not accepted. The code in the fact is what
// counts; the sentence is for people.
var refusals = map[string]paper.Text{
	bidding.FactLate:           both("It came at or after the deadline. Bids are taken strictly before it.", "送达时间不早于投标截止时间。投标须在截止时间之前送达。"),
	"bid.cancelled":            both("The tender was cancelled.", "该采购项目已取消。"),
	"bid.lot":                  both("The tender takes no bids for this lot.", "该标段不接受投标。"),
	"bid.openers":              both("The bid was sealed for another opener manifest than the one in force.", "该投标是按另一份开标人名单封装的，与现行名单不符。"),
	"bid.envelopes":            both("The bid does not have the envelopes that the tender asks for.", "投标的信封与采购公告的要求不符。"),
	"bid.security":             both("The bid security does not reach what the tender asks for.", "投标保证金未达到采购公告的要求。"),
	"bid.seq":                  both("The record does not follow the bidder's last one for this lot.", "该记录的序号与投标人在本标段的上一记录不相接。"),
	"bid.versions":             both("The bid was replaced too often.", "投标替换次数过多。"),
	"bid.competes_twice":       both("An organisation may compete with one bid only for a lot.", "同一单位在一个标段中只能参与一份投标。"),
	"bid.conflict":             both("Whoever has a part in the procedure cannot bid in it.", "参与本采购程序工作的人员不得投标。"),
	"bid.foreign_bidder":       both("The record names another bidder than the person acts for.", "记录中的投标人与提交人所代表的单位不符。"),
	"seal.bid_form":            both("What was sent is not a bid record.", "所提交的内容不是投标记录。"),
	"seal.withdraw_form":       both("What was sent is not a withdrawal record.", "所提交的内容不是撤回记录。"),
	"organisation.debarred":    both("The organisation is debarred.", "该单位已被禁止参加采购活动。"),
	"organisation.unconfirmed": both("Who the organisation is has not been confirmed.", "该单位的身份尚未确认。"),
}

func refused(code string) paper.Text {
	if t, ok := refusals[code]; ok {
		return t
	}
	return both("It was not accepted, for the reason that the code names.", "未被接收，原因见代码。")
}
