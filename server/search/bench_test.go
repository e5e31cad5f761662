package search

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/plan"
)

var (
	places = [][2]string{{"临江市", "Linjiang"}, {"南湖区", "Nanhu District"}, {"青山县", "Qingshan County"}, {"海城市", "Haicheng"}, {"西林县", "Xilin County"}, {"云岭州", "Yunling Prefecture"}}
	bodies = [][2]string{{"第一人民医院", "First People's Hospital"}, {"教育局", "Education Bureau"}, {"交通运输局", "Transport Bureau"}, {"水利局", "Water Bureau"}, {"图书馆", "Library"}, {"职业技术学院", "Vocational College"}}
	wares  = [][2]string{{"彩色多普勒超声诊断仪", "colour Doppler ultrasound"}, {"路面改造工程", "road resurfacing"}, {"营养午餐配送", "school meals delivery"}, {"政务云托管服务", "government cloud hosting"}, {"路灯节能改造", "street lighting retrofit"}, {"防洪堤加固工程", "flood embankment reinforcement"}, {"办公家具", "office furniture"}, {"新能源公交车", "electric buses"}, {"污水处理厂设备", "sewage treatment equipment"}, {"桥梁检测服务", "bridge inspection"}, {"档案数字化", "archive digitisation"}, {"垃圾清运", "waste collection"}}
	lines  = [][2]string{{"投标人须具备有效的营业执照并依法缴纳税收和社会保障资金。", "Bidders must hold a valid business licence and have paid taxes and social insurance."}, {"本项目专门面向中小企业采购。", "The procurement is reserved for small and medium enterprises."}, {"交货期为合同签订后六十日内，质保期三年。", "Delivery is within sixty days of contract signature with a warranty of three years."}, {"评标采用综合评分法，其中价格分占三十分。", "Evaluation uses a weighted score in which price carries thirty points."}, {"系统应满足网络安全等级保护三级要求。", "The system must meet level three of the network security classification."}}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// made up notices of about 1.3 kB in two languages.
func made(r *rand.Rand, i int) Notice {
	place, body, ware := pick(r, places), pick(r, bodies), pick(r, wares)
	zh := fmt.Sprintf("%s%s%d年度%s采购项目", place[0], body[0], 2024+i%3, ware[0])
	en := fmt.Sprintf("%s for %s %s, %d", ware[1], place[1], body[1], 2024+i%3)
	n := Notice{ID: fmt.Sprintf("ocds-213czf-%06d", i), Title: tender.Text{"en": en, "zh-CN": zh}, Category: pick(r, []tender.Category{tender.Goods, tender.Works, tender.Services}),
		Procedure: pick(r, []string{"open", "selective", "limited"}), Status: pick(r, []Status{Open, Evaluation, Awarded, Ended}),
		Published: int64(i) * 60000, Deadline: int64(i)*60000 + 1e9, Value: &tender.Money{Minor: r.Int64N(1e9), Currency: "CNY"},
		Buyer: tender.OrgName{ID: strconv.Itoa(r.IntN(500))}}
	if i%5 == 0 {
		at := time.Date(2027, time.Month(1+i/5%12), 1, 0, 0, 0, 0, time.UTC)
		n.Status, n.Intent = Planned, &Intent{"ocds-213czf-plan", strconv.Itoa(i), plan.Date(at.Format("2006-01"))}
		n.ExpectedFrom, n.ExpectedTo = at.UnixMilli(), at.AddDate(0, 1, 0).UnixMilli()
	}
	n.Fields = []Field{{zh, 6}, {en, 6}, {n.ID, 4}}
	for range 7 {
		l, w := pick(r, lines), pick(r, wares)
		n.Fields = append(n.Fields, Field{l[0] + "涉及" + w[0] + "。", 1}, Field{l[1] + " It relates to " + w[1] + ".", 1})
	}
	return n
}

// BenchmarkSearch asks an index of a hundred thousand notices, and one of ten
// thousand beside it. What it holds and how long it took to fill are told with it.
func BenchmarkSearch(b *testing.B) {
	queries := []Query{
		{}, {Words: "桥"}, {Words: "医院"}, {Words: "超声诊断仪"}, {Words: "南湖区 营养午餐"}, {Words: "bridge inspection"}, {Words: "the"},
		{Words: "网络安全等级保护三级要求"}, {Words: "ocds-213czf-004711"}, {Words: "疫苗"},
		{Words: "医院", Status: []Status{Open}, Category: []tender.Category{tender.Goods}, Order: ByDeadline},
		{Words: "桥", Status: []Status{Planned}, ExpectedFrom: 1806537600000, ExpectedTo: 1814400000000, Order: ByDeadline}, {Status: []Status{Planned}},
		{Words: "hospital", Skip: 980, ValueMin: 1e8}, {Buyer: "7"},
	}
	for _, n := range []int{10_000, 100_000} {
		x := filled(b, n)
		for _, q := range queries {
			q.Limit = 20
			b.Run(fmt.Sprintf("%d/%q skip %d %v%v%s", n, q.Words, q.Skip, q.Status, q.Category, q.Buyer), func(b *testing.B) {
				var f Found
				for b.Loop() {
					f = x.Search(q)
				}
				b.ReportMetric(float64(f.Total), "found")
			})
		}
	}
}

// filled is an index of n notices.
func filled(b *testing.B, n int) *Index {
	r, x := rand.New(rand.NewPCG(1, 2)), new(Index)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	for i := range n {
		x.Put(made(r, i))
	}
	took := time.Since(began)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Logf("%d notices in %v, %d MB", n, took.Round(time.Millisecond), (after.HeapAlloc-before.HeapAlloc)>>20)
	return x
}
