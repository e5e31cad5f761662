package buy_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"probity/bidding/biddingtest"
	"probity/server/site/sitetest"
	"probity/tender/canon"
	"probity/tender/party"
	"probity/tender/sign"
)

// house is a platform with the people of a buyer.
type house struct {
	*sitetest.Town
	*testing.T
	lang string
	last map[string]*sitetest.Visitor

	glance func(seen) // at pages on the way, where a test wants it
}

// look shows a page on the way.
func (h *house) look(by party.Actor, name, path string) {
	if h.glance != nil {
		h.glance(seen{by, name, path})
	}
}

// both runs a test in each language of the pages.
func both(t *testing.T, f func(h *house)) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) { f(open(t, lang)) })
	}
}

func open(t *testing.T, lang string) *house {
	h := &house{sitetest.Open(t), t, lang, map[string]*sitetest.Visitor{}, nil}
	w := &biddingtest.World{TB: t, House: h.Bidding()}
	w.Org(biddingtest.Buyer, party.KindBuyer)
	w.Org(biddingtest.Oversight, party.KindOversight)
	for _, a := range []party.Actor{biddingtest.Approver, opener("u-open-1"), opener("u-open-2"), opener("u-open-3"),
		judge("u-judge-1"), judge("u-judge-2"), judge("u-judge-3"), guardian()} {
		h.as(a)
	}
	return h
}

func opener(user string) party.Actor {
	return biddingtest.Person(user, biddingtest.Buyer, party.KindBuyer, party.RoleOpener)
}

func judge(user string) party.Actor {
	return biddingtest.Person(user, biddingtest.Buyer, party.KindBuyer, party.RoleEvaluator)
}

func guardian() party.Actor {
	return biddingtest.Person("u-guard", biddingtest.Oversight, party.KindOversight, party.RoleOpener)
}

func manager() party.Actor {
	return biddingtest.Person("u-manager", biddingtest.Buyer, party.KindBuyer, party.RoleContractManager)
}

// as is the browser in which somebody has signed in.
func (h *house) as(a party.Actor) *sitetest.Visitor {
	h.Helper()
	if v := h.last[a.User]; v != nil {
		return v
	}
	v := h.Visitor(h.lang)
	v.Jar["session"], v.Jar["place"] = h.Session(a), a.Org+"/"+string(a.Role)
	h.last[a.User] = v
	return v
}

func (h *house) officer() *sitetest.Visitor { return h.as(biddingtest.Officer) }

// signed is a signature as a script puts it into a form.
func (h *house) signed(a party.Actor, d sign.Domain, record []byte) string {
	h.Helper()
	key := biddingtest.DeviceKey(a.User)
	h.Enrol(a.User, key.Key())
	s, err := key.Sign(d, record)
	if err != nil {
		h.Fatal(err)
	}
	b, err := json.Marshal(s)
	if err != nil {
		h.Fatal(err)
	}
	return string(b)
}

// draft starts a draft and returns its path.
func (h *house) draft() string {
	h.Helper()
	v := h.officer()
	v.Get("/buy/new").Want(200)
	p := v.Submit("/buy/new", "title.en", "Road salt", "title.zh-CN", "融雪盐", "procedure", "generic/open").Want(303)
	return strings.TrimSuffix(p.Location, "/edit/basics")
}

func tenderOf(path string) string {
	id, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		panic(err)
	}
	return id
}

// write fills in a draft, step by step, until nothing stops it.
func (h *house) write() string {
	h.Helper()
	v, path := h.officer(), h.draft()
	step := func(name string, fields ...string) {
		h.Helper()
		v.Get(path + "/edit/" + name).Want(200)
		v.Submit(path+"/edit/"+name, fields...).Want(303)
	}
	more := func(name, list string) {
		h.Helper()
		v.Get(path + "/edit/" + name).Want(200)
		form := v.Fill(path + "/edit/" + name)
		form.Set("add", list)
		v.Post(path+"/edit/"+name, form).Want(200)
	}
	step("basics", "currency", "EUR", "value", "100,000.00", "classification.scheme", "CPV", "classification.id", "34927100-2")
	more("lots", "lots")
	v.Submit(path+"/edit/lots", "lots[0].title.en", "Salt", "lots[0].title.zh-CN", "盐", "lots[0].value", "100000").Want(303)
	more("items/0", "lots[0].items")
	v.Submit(path+"/edit/items/0", "lots[0].items[0].description.en", "Coarse salt", "lots[0].items[0].description.zh-CN", "粗盐",
		"lots[0].items[0].quantity", "100", "lots[0].items[0].unit.code", "TNE").Want(303)
	more("criteria/0", "lots[0].criteria.quality")
	v.Submit(path+"/edit/criteria/0", "lots[0].criteria.price.weight", "60", "lots[0].criteria.price.formula", "lowest_ratio",
		"lots[0].criteria.quality[0].title.en", "Method", "lots[0].criteria.quality[0].title.zh-CN", "方法", "lots[0].criteria.quality[0].weight", "40",
		"lots[0].criteria.quality[0].scale.max", "10", "lots[0].criteria.quality[0].scale.step", "1", "lots[0].criteria.consensus", "mean").Want(303)
	more("requirements", "requirements")
	v.Submit(path+"/edit/requirements", "requirements[0].title.en", "No unpaid taxes", "requirements[0].title.zh-CN", "无欠税",
		"requirements[0].kind", "exclusion").Want(303)
	day := func(n int) string { return biddingtest.Published.AddDate(0, 0, n).Format("2006-01-02") }
	step("dates", "timetable.publish.date", day(0), "timetable.publish.time", "09:00", "timetable.enquiriesUntil.date", day(14), "timetable.enquiriesUntil.time", "12:00",
		"timetable.deadline.date", day(35), "timetable.deadline.time", "12:00", "timetable.opens.date", day(36), "timetable.opens.time", "12:00", "validityDays", "90")
	step("bids")
	v.Get(path + "/edit/people").Want(200)
	form := v.Fill(path + "/edit/people")
	for _, u := range []string{"u-open-1", "u-open-2", "u-open-3"} {
		form.Add("openers.groups[0].members", u+" "+opener(u).Name)
	}
	form.Set("openers.groups[0].k", "2")
	for _, u := range []string{"u-judge-1", "u-judge-2", "u-judge-3"} {
		form.Add("panel", u+" "+judge(u).Name)
	}
	v.Post(path+"/edit/people", form).Want(303)
	step("terms", "terms.text.en", "Delivered within a week.", "terms.text.zh-CN", "一周内交货。")
	return path
}

// approval is what the approver signs.
func (h *house) approval(path string) []byte {
	h.Helper()
	t, err := h.Tenders.Get(h.Context(), tenderOf(path), biddingtest.Approver)
	if err != nil {
		h.Fatal(err)
	}
	return canon.Must(map[string]string{"kind": "approve", "notice": t.Notice.Hash(), "tender": t.ID})
}
