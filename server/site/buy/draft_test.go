package buy_test

import (
	"strings"
	"testing"

	"probity/bidding/biddingtest"
)

func TestDraftFromEmptyBoardToApproval(t *testing.T) {
	both(t, func(h *house) {
		v := h.officer()
		v.Get("/buy").Want(200).Has(".pb-empty a[href='/buy/new']")
		path := h.write()
		check := v.Get(path + "/check").Want(200)
		check.Has(".pb-verdict--ok")
		check.Has(`form[action="` + path + `/submit"]`)
		if check.Find("#findings .govuk-tag--seal").Length() != 0 {
			h.Errorf("something stops it: %s", check.Find("#findings").Text())
		}
		v.Submit(path + "/submit").To(path)
		if v.Get(path).Want(200).Find(`a[href="`+path+`/approve"]`).Length() != 0 {
			h.Error("who drafted is offered to approve")
		}
		board := h.as(biddingtest.Approver).Get("/buy").Want(200)
		board.Has(`.pb-result a[href="` + path + `/approve"]`)
		board.Has(".pb-result .govuk-tag--seal")
	})
}

func TestNothingTypedIsLost(t *testing.T) {
	both(t, func(h *house) {
		v, path := h.officer(), h.draft()
		v.Get(path + "/edit/basics").Want(200)
		again := v.Submit(path+"/edit/basics", "value", "a lot", "reference", "RS-7", "title.en", "Salt & <sand>").Want(422)
		again.Has(".govuk-error-summary a[href='#f-value']")
		again.Has("#f-value-error")
		if got := again.Has("[name=reference]").AttrOr("value", ""); got != "RS-7" {
			h.Errorf("the number is %q", got)
		}
		if got := again.Has("[name=value]").AttrOr("value", ""); got != "a lot" {
			h.Errorf("the value is %q", got)
		}
		if got := again.Has("[name='title.en']").AttrOr("value", ""); got != "Salt & <sand>" {
			h.Errorf("the title is %q", got)
		}
		v.Submit(path+"/edit/basics", "value", "10").Want(303)
	})
}

// A form that somebody else has overtaken changes nothing; what was typed is
// there, and a second press saves it.
func TestStaleDraft(t *testing.T) {
	both(t, func(h *house) {
		v, path := h.officer(), h.draft()
		v.Get(path + "/edit/basics").Want(200)
		mine := v.Fill(path+"/edit/basics", "reference", "MINE")
		v.Submit(path+"/edit/basics", "reference", "THEIRS").Want(303)
		p := v.Post(path+"/edit/basics", mine).Want(412)
		p.Has(".govuk-error-summary")
		if got := p.Has("[name=reference]").AttrOr("value", ""); got != "MINE" {
			h.Errorf("what was typed is %q", got)
		}
		if x, err := h.Tenders.Get(h.Context(), tenderOf(path), biddingtest.Officer); err != nil || x.Notice.Reference != "THEIRS" {
			h.Errorf("stored is %v, %v", x.Notice.Reference, err)
		}
		v.Submit(path + "/edit/basics").Want(303)
		if x, err := h.Tenders.Get(h.Context(), tenderOf(path), biddingtest.Officer); err != nil || x.Notice.Reference != "MINE" {
			h.Errorf("stored is %v, %v", x.Notice.Reference, err)
		}
	})
}

// Two presses on one button make one draft.
func TestDoubleClickMakesOneDraft(t *testing.T) {
	h := open(t, "en")
	v := h.officer()
	v.Get("/buy/new").Want(200)
	form := v.Fill("/buy/new", "title.en", "Salt", "procedure", "generic/open")
	a, b := v.Post("/buy/new", form).Want(303), v.Post("/buy/new", form).Want(303)
	if a.Location != b.Location {
		t.Errorf("two drafts: %s and %s", a.Location, b.Location)
	}
	if n := v.Get("/buy").Want(200).Find(".pb-result").Length(); n != 1 {
		t.Errorf("%d procedures on the board", n)
	}
}

func TestRowsComeAndGoWithoutScript(t *testing.T) {
	h := open(t, "en")
	v, path := h.officer(), h.draft()
	at := path + "/edit/requirements"
	v.Get(at).Want(200).Has(".pb-empty")
	press := func(button, value string, fields ...string) {
		t.Helper()
		form := v.Fill(at, fields...)
		form.Set(button, value)
		v.Post(at, form).Want(200)
	}
	press("add", "requirements")
	press("add", "requirements", "requirements[0].title.en", "one", "requirements[0].kind", "technical")
	press("add", "requirements", "requirements[1].title.en", "two", "requirements[1].kind", "technical")
	press("drop", "requirements[0]", "requirements[2].title.en", "three")
	form := v.Fill(at)
	if form.Get("requirements[0].title.en") != "two" || form.Get("requirements[1].title.en") != "three" || form.Get("requirements[2].title.en") != "" {
		t.Errorf("the rows are %v", form)
	}
	v.Submit(at, "requirements[1].kind", "selection").Want(303)
	x, err := h.Tenders.Get(t.Context(), tenderOf(path), biddingtest.Officer)
	if err != nil || len(x.Notice.Requirements) != 2 || x.Notice.Requirements[0].Title["en"] != "two" || x.Notice.Requirements[0].ID == x.Notice.Requirements[1].ID {
		t.Errorf("stored are %+v, %v", x.Notice.Requirements, err)
	}
}

func TestItemsFromASpreadsheet(t *testing.T) {
	h := open(t, "en")
	path := h.write()
	v, at := h.officer(), path+"/edit/items/0"
	v.Get(at).Want(200)
	form := v.Fill(at, "table", "Fine salt\t细盐\t20\tTNE\t34927100-2\r\nBags\t袋\t5\tH87\r\n\r\n")
	form.Set("paste", "lots[0].items")
	v.Post(at, form).Want(200)
	v.Submit(at).Want(303)
	x, err := h.Tenders.Get(t.Context(), tenderOf(path), biddingtest.Officer)
	if err != nil {
		t.Fatal(err)
	}
	items := x.Notice.Lots[0].Items
	if len(items) != 3 || items[1].Description["zh-CN"] != "细盐" || items[1].Quantity.String() != "20" || items[2].Unit.Code != "H87" {
		t.Errorf("the items are %+v", items)
	}
}

// What a drafter sees of criteria is what the ranking will be.
func TestCriteriaTried(t *testing.T) {
	both(t, func(h *house) {
		path := h.write()
		v := h.officer()
		at := path + "/edit/criteria/0"
		v.Get(at).Want(200).Has("#worked")
		form := v.Fill(at, "offers[0].price", "50000", "offers[0].quality", "50", "offers[1].price", "100000", "offers[1].quality", "100", "offers[2].price", "")
		p := v.Post(path+"/try/criteria/0", form).Want(200)
		if got := p.Said("#worked tbody tr:first-child td:last-child"); !strings.Contains(got, "80") {
			h.Errorf("50000 and half the quality come to %q", got) // 60 + 20
		}
		form.Set("lots[0].criteria.price.weight", "50")
		p = v.Post(path+"/try/criteria/0", form).Want(200)
		p.Has("#example .pb-advice--stop")
		if got := p.Has("[name='lots[0].criteria.price.weight']").AttrOr("value", ""); got != "50" {
			h.Errorf("what was typed is %q", got)
		}
		x, err := h.Tenders.Get(h.Context(), tenderOf(path), biddingtest.Officer)
		if err != nil || x.Notice.Lots[0].Criteria.Price.Weight.String() != "60" {
			h.Errorf("trying has saved something: %v", err)
		}
	})
}

// Dates are held against the rules before they are saved, and say where each
// number comes from.
func TestDatesTried(t *testing.T) {
	both(t, func(h *house) {
		path := h.write()
		v := h.officer()
		at := path + "/edit/dates"
		page := v.Get(at).Want(200)
		page.Has("#rules svg[role=img] title")
		page.Has("#rules ol li")
		form := v.Fill(at, "timetable.deadline.date", biddingtest.Published.AddDate(0, 0, 3).Format("2006-01-02"))
		p := v.Post(path+"/try/dates", form).Want(200)
		p.Has("#rules .pb-advice--stop")
		p.Has("#rules .pb-chart__span--bad")
		form.Set("timetable.deadline.date", "soon")
		p = v.Post(path+"/try/dates", form).Want(200)
		if got := p.Has("[name='timetable.deadline.date']").AttrOr("value", ""); got != "soon" {
			h.Errorf("what was typed is %q", got)
		}
	})
}

func TestAutosave(t *testing.T) {
	h := open(t, "en")
	v, path := h.officer(), h.draft()
	v.Get(path + "/edit/basics").Want(200).Has(`form[data-autosave="` + path + `/edit/basics"] .pb-saved`)
	form := v.Fill(path+"/edit/basics", "reference", "AUTO")
	p := v.Save(path+"/edit/basics", form)
	if p.Status != 204 || p.Header.Get("ETag") == "" {
		t.Fatalf("%d, %v", p.Status, p.Header)
	}
	form.Set("_version", strings.Trim(p.Header.Get("ETag"), `"`))
	form.Set("reference", "AUTO-2")
	if p := v.Save(path+"/edit/basics", form); p.Status != 204 {
		t.Fatal(p.Status)
	}
	form.Set("_version", "1")
	if p := v.Save(path+"/edit/basics", form); p.Status != 412 {
		t.Fatal(p.Status)
	}
}

func TestStartFromAnEarlierOne(t *testing.T) {
	h := open(t, "en")
	path := h.write()
	v := h.officer()
	v.Get("/buy/new?from=" + tenderOf(path)).Want(200).Has("[name=from][checked][value='" + tenderOf(path) + "']")
	p := v.Submit("/buy/new", "title.en", "Salt again", "procedure", "generic/open").Want(303)
	x, err := h.Tenders.Get(t.Context(), tenderOf(strings.TrimSuffix(p.Location, "/edit/basics")), biddingtest.Officer)
	if err != nil || len(x.Notice.Lots) != 1 || len(x.Panel) != 3 || x.Notice.Title["en"] != "Salt again" || !x.Notice.Timetable.Publish.After(h.Now()) {
		t.Errorf("the new draft is %+v, %v", x.Notice, err)
	}
}

// Strangers and people of another house see nothing of a draft.
func TestDraftIsNotForStrangers(t *testing.T) {
	h := open(t, "en")
	path := h.draft()
	h.Visitor("en").Get(path).Want(401)
	h.Visitor("en").Get("/buy").Want(401)
	other := h.as(biddingtest.Person("u-else", "org-else", "buyer", "officer"))
	other.Get(path).Want(404)
	other.Get(path + "/edit/basics").Want(404)
	if n := other.Get("/buy").Want(200).Find(".pb-result").Length(); n != 0 {
		t.Errorf("%d drafts of others", n)
	}
	h.as(guardian()).Get("/buy/new").Want(403)
	if h.as(biddingtest.Auditor).Get(path).Want(200).Find("a[href*='/buy/new']").Length() != 0 {
		t.Error("an auditor is offered to begin a procedure")
	}
	h.Visitor("en").Get("/buy/new").Want(401)
	h.officer().Get(path + "/edit/nothing").Want(404)
	h.officer().Get(path + "/edit/items/7").Want(404)
	h.officer().Get(path + "/edit/basics/0").Want(404)
}

// A draft that says little yet is shown as it is.
func TestDraftWithGaps(t *testing.T) {
	both(t, func(h *house) {
		v, path := h.officer(), h.draft()
		at := path + "/edit/requirements"
		v.Get(at).Want(200)
		form := v.Fill(at)
		form.Set("add", "requirements")
		v.Post(at, form).Want(200)
		v.Submit(at, "requirements[0].title.en", "No unpaid taxes").Want(303) // of no kind yet
		v.Get(path).Want(200)
		v.Get(path + "/check").Want(200).Has("#findings .govuk-tag--seal")
		v.Submit(path + "/submit").Want(422).Has(".govuk-error-summary")
	})
}
