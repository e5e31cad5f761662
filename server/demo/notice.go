package demo

import (
	"time"

	"probity/tender"
)

// The purchase is a real one: computers and related equipment for a ministry of
// public works, in two lots. Subject, lots, items, quantities, the value of the
// second lot (that of the contract which was signed for it) and the ninety days
// of delivery are facts that the Dirección Nacional de Contrataciones Públicas
// of Paraguay has published as ocds-03ad3f-254691 (open data, CC BY 4.0). The
// words are ours, as are the CPV codes for its catalogue codes, the estimate of
// the first lot, which that record leaves out, and all rules of the procedure.
const (
	lotComputers = "computers"
	lotPrinters  = "printers"

	itemTower   = "1.1"
	itemCopier  = "2.1"
	itemPrinter = "2.2"
)

// guarani has no smaller unit, so every amount is a whole number of it.
const guarani = tender.Currency("PYG")

func pyg(amount string) tender.Money { return tender.MustMoney(amount, guarani) }

func pygPointer(amount string) *tender.Money {
	m := pyg(amount)
	return &m
}

var dec = tender.MustDecimal

func cpv(id string, en, zh string) tender.Classification {
	return tender.Classification{Scheme: "CPV", ID: id, Description: tender.Text{"en": en, "zh-CN": zh}}
}

func both(en, zh string) tender.Text { return tender.Text{"en": en, "zh-CN": zh} }

// notice is what is published, with the dates of d.
func notice(d tender.Timetable) tender.Notice {
	return tender.Notice{
		Title: both("Computers, copiers and printers for the ministry", "部机关计算机、复印机和打印机采购"),
		Description: both(
			"Fifteen tower computers, three multifunction copiers and four black-and-white laser printers for the offices of the ministry, "+
				"delivered, installed and explained to those who will use them.",
			"为部机关各办公室采购塔式计算机十五台、多功能复印机三台、黑白激光打印机四台，含送货、安装和使用培训。"),
		Reference: "MRB-2026-118", Procedure: "open", Category: tender.Goods,
		Classification: cpv("30200000-1", "Computer equipment and supplies", "计算机设备和用品"),
		Languages:      []string{"en", "zh-CN"}, Currency: guarani,
		Value: pygPointer("127900000"), Budget: pygPointer("130000000"),
		Lots: []tender.LotNotice{computers(), printers()}, Requirements: requirements(),
		Timetable: d, Envelopes: tender.TwoEnvelopes,
		Security:     &tender.Security{Amount: pyg("1000000"), Days: 90},
		ValidityDays: 90, Terms: terms(),
	}
}

func computers() tender.LotNotice {
	return tender.LotNotice{
		ID: lotComputers, Title: both("Personal computers", "个人计算机"), Value: pygPointer("75000000"),
		Items: []tender.Item{
			item(itemTower, "Personal computer, tower case", "塔式个人计算机", cpv("30213300-8", "Desktop computer", "台式计算机"), 15),
		},
		Criteria: criteria(tender.Agreed,
			criterion("performance", "20", both("Performance and energy use", "性能与能耗")),
			criterion("service", "15", both("Service on site", "现场服务")),
			criterion("delivery", "5", both("Time of delivery", "交货时间"))),
	}
}

func printers() tender.LotNotice {
	return tender.LotNotice{
		ID: lotPrinters, Title: both("Copiers and printers", "复印机和打印机"), Value: pygPointer("52900000"),
		Items: []tender.Item{
			item(itemCopier, "Multifunction copier", "多功能复印机", cpv("30121100-4", "Photocopiers", "复印机"), 3),
			item(itemPrinter, "Laser printer, black and white", "黑白激光打印机", cpv("30232110-8", "Laser printers", "激光打印机"), 4),
		},
		Criteria: criteria(tender.Mean,
			criterion("cost-of-page", "25", both("Toner and cost of a page", "墨粉与单页成本")),
			criterion("service", "15", both("Service on site", "现场服务"))),
	}
}

func item(id, en, zh string, c tender.Classification, n int64) tender.Item {
	return tender.Item{ID: id, Description: both(en, zh), Classification: c, Quantity: tender.NewDecimal(n),
		Unit: tender.Unit{Code: "H87", Name: both("piece", "台")}}
}

// criteria weigh price against quality 60 to 40. A price far below the estimate
// is asked about; a bid with less than half the quality points is out.
func criteria(way tender.Consensus, quality ...tender.Criterion) tender.Criteria {
	return tender.Criteria{
		Price:   tender.Price{Weight: dec("60"), Formula: tender.LowestRatio},
		Quality: quality, Consensus: way, MinimumQuality: dec("50"), Places: tender.DefaultPlaces,
		Lines: tender.UnitPriceHolds,
		Low:   tender.Low{BelowEstimate: dec("30")},
		Ties:  []tender.Tie{{By: tender.TieQuality}, {By: tender.TieDraw}},
	}
}

func criterion(id, weight string, title tender.Text) tender.Criterion {
	return tender.Criterion{ID: id, Title: title, Weight: dec(weight), Scale: &tender.Scale{Max: dec("10"), Step: dec("0.5")}}
}

// The requirements, each passed or failed.
const (
	reqGrounds  = "no-grounds"
	reqRecord   = "three-deliveries"
	reqWarranty = "warranty"
	reqNetwork  = "network"
)

func requirements() []tender.Requirement {
	return []tender.Requirement{
		{ID: reqGrounds, Kind: "exclusion", Title: both("No ground for exclusion: taxes paid, no conviction, no insolvency", "无排除情形：依法纳税、无犯罪记录、无破产")},
		{ID: reqRecord, Kind: "selection", Title: both("Three deliveries of the kind within five years", "五年内完成三项同类供货")},
		{ID: reqWarranty, Kind: "technical", Title: both("Two years of warranty on site", "两年现场质保")},
		{ID: reqNetwork, Kind: "technical", Lots: []string{lotPrinters}, Title: both("Every device prints over the network", "每台设备均可网络打印")},
	}
}

func terms() tender.Terms {
	return tender.Terms{
		Text: both("The supplier delivers to the offices of the ministry, installs, and explains. Risk passes with the signed delivery note.",
			"供应商负责送货至部机关各办公室、安装并培训。风险自签署交货单时转移。"),
		Bilingual: true, PaymentDays: 30, SecurityAmount: pygPointer("2000000"),
		Milestones: []tender.MilestonePlan{
			{ID: "1", Title: both("Half of the devices delivered and installed", "半数设备交付并安装"), Days: 30, Percent: dec("40")},
			{ID: "2", Title: both("All devices delivered and installed", "全部设备交付并安装"), Days: 60, Percent: dec("50")},
			{ID: "3", Title: both("A month of use without faults", "无故障使用一个月"), Days: 90, Percent: dec("10")},
		},
	}
}

// The specification is a document of the notice. The second version answers
// what a bidder has asked.
const (
	specification = "Technical specification\n\n" +
		"1. Tower computers: 8 cores, 16 GiB of memory, 512 GB of solid-state disk, energy label A.\n" +
		"2. Copiers: print, copy, scan; paper A4 and A3; 35 pages a minute.\n" +
		"3. Laser printers: black and white; paper A4; 40 pages a minute.\n" +
		"4. Two years of warranty on site, answered within one working day.\n"
	answered = specification +
		"5. Every copier and printer is connected by cable and prints over the network; wireless is not needed.\n"
)

// timetable sets the dates of a procedure that is published at the given time.
func timetable(publish time.Time) tender.Timetable {
	deadline := workday(publish.AddDate(0, 0, 22), 12)
	return tender.Timetable{
		Publish: publish, EnquiriesUntil: workday(publish.AddDate(0, 0, 11), 12),
		Deadline: deadline, GraceMinutes: 4 * 60, Opens: workday(deadline.AddDate(0, 0, 1), 10),
	}
}

// later moves the deadline of d to the given working day, and the opening with it.
func later(d tender.Timetable, deadline time.Time) tender.Timetable {
	d.Deadline, d.Opens = deadline, workday(deadline.AddDate(0, 0, 1), 10)
	return d
}

// workday is the hour of the day of t or, at a weekend, of the Monday after.
func workday(t time.Time, hour int) time.Time {
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
	}
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, hour, 0, 0, 0, time.UTC)
}
