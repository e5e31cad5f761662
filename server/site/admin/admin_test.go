package admin_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"probity/server/site/sitetest"
)

// both runs a test in each language of the pages.
func both(t *testing.T, f func(t *testing.T, x *sitetest.Town, lang string)) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) { f(t, sitetest.Open(t), lang) })
	}
}

// founder is the platform's administrator.
func founder(x *sitetest.Town, lang string) *sitetest.Visitor {
	v := x.Visitor(lang)
	v.Found("ada@example.org")
	return v
}

// as lets a visitor act in the place whose value ends so.
func as(v *sitetest.Visitor, role string) {
	p := v.Get("/place").Want(200)
	v.Post("/place", url.Values{"place": {p.Has(`button[value$="/`+role+`"]`).AttrOr("value", "")}}).Want(303)
}

// because says why the visitor reads.
func because(v *sitetest.Visitor) {
	v.Get("/admin/why").Want(200)
	v.Submit("/admin/why", "why", "a test 测试").To("/admin")
}

func TestClaimFromRegistrationToConfirmed(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		v := founder(x, lang)
		v.Get("/admin").Want(200).Has(".pb-empty")
		bob := x.Visitor(lang)
		bob.Register("supplier", "Bob Ltd", "bob@example.org")
		link := v.Get("/admin").Want(200).Has("tbody a").AttrOr("href", "")
		v.Get("/admin/claims").Want(200).Has("tbody a[href='" + link + "']")
		v.Get("/admin/organisations?q=bob").Want(200).Has("tbody a[href='" + link + "']")
		if n := v.Get("/admin/organisations?q=nobody").Want(200).Find("tbody tr").Length(); n != 0 {
			t.Error("a search finds what does not fit")
		}

		v.Get(link).Want(200)
		v.Submit(link+"/claim", "evidence", "").Want(404) // no button was pressed
		v.Get(link).Want(200)
		form := v.Fill(link + "/claim")
		form.Set("step", "confirm")
		v.Post(link+"/claim", form).Want(422).Has("#f-evidence-error")
		form.Set("evidence", "extract of today")
		v.Post(link+"/claim", form).To(link)
		v.Post(link+"/claim", form).Want(412) // pressed twice: stale, nothing done
		v.Get(link).Want(200).Has(".govuk-tag--green")
		bob.Get("/account").Want(200).Has(".govuk-tag--green")

		v.Get(link + "/evidence").To("/admin/why?next=" + url.QueryEscape(link+"/evidence"))
		because(v)
		if said := v.Get(link + "/evidence").Want(200).Said("main"); !strings.Contains(said, "extract of today") {
			t.Error(said)
		}
		if said := v.Get("/admin/accesses").Want(200).Said("tbody"); !strings.Contains(said, "a test 测试") {
			t.Error("the read is not on record:", said)
		}
	})
}

func TestDebarment(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		v := founder(x, lang)
		x.Visitor("en").Register("supplier", "Bob Ltd", "bob@example.org")
		link := v.Get("/admin").Has("tbody a").AttrOr("href", "")
		v.Get(link)
		v.Submit(link+"/debarments", "by", "A court", "debar", "Fraud", "until", "soon").Want(422).Has("#f-until-error")
		v.Submit(link+"/debarments", "by", "A court", "debar", "Fraud", "until", x.Now().AddDate(1, 0, 0).Format("2006-01-02")).To(link)
		v.Get(link).Want(200).Has(".govuk-tag--red")
		v.Submit(link+"/debarments/0/lift", "lift", "Appeal won").To(link)
		if n := v.Get(link).Want(200).Find(".govuk-tag--red").Length(); n != 0 {
			t.Error("it is still in force")
		}
	})
}

func TestInvitation(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		v := x.Visitor(lang)
		v.Register("buyer", "The City", "boss@example.org")
		v.Get("/organisation/members").Want(200)
		v.Submit("/organisation/members", "person.name", "Olga", "person.email", "olga@example.org").Want(422).Has("#f-roles-error")
		form := v.Fill("/organisation/members")
		form.Set("roles", "officer")
		page := v.Post("/organisation/members", form).Want(200)
		link := page.Said("#ticket")
		if again := v.Post("/organisation/members", form).Want(200); again.Said("#ticket") != link {
			t.Error("sent twice, the form makes two invitations")
		}
		if strings.Contains(v.Get("/organisation/members").Text, link[len(link)-32:]) {
			t.Error("the invitation is shown a second time")
		}

		path := link[strings.Index(link, "/invitation"):]
		olga := x.Visitor(lang)
		olga.Get(path).Want(200)
		olga.Submit("/invitation", "password", "short").Want(422).Has("#f-password-error")
		olga.Submit("/invitation", "password", sitetest.Password).To("/account/factor")
		olga.Factor()
		olga.Get("/account").Want(200)
		x.Visitor(lang).Get(path).Want(403).Has(".govuk-error-summary") // used up
		x.Visitor(lang).Get("/invitation?ticket=nonsense").Want(403).Has(".govuk-error-summary")

		// Her roles change, and she goes.
		person := v.Get("/organisation/members").Want(200).Find("tbody a").FilterFunction(func(_ int, s *sitetest.Selection) bool { return s.Text() == "Olga" }).AttrOr("href", "")
		v.Get(person).Want(200)
		form = v.Fill(person + "/roles")
		form["roles"] = []string{"officer", "evaluator"}
		v.Post(person+"/roles", form).To(person)
		v.Get(person).Want(200)
		form["roles"] = []string{"auditor", "officer"}
		form.Set("_version", "99")
		v.Post(person+"/roles", form).Want(412)
		v.Get(person).Want(200)
		form = v.Fill(person + "/roles")
		form["roles"] = []string{"auditor", "officer"}
		v.Post(person+"/roles", form).Want(422).Has(".govuk-error-summary")
		v.Get(person).Want(200)
		form = v.Fill(person + "/roles")
		delete(form, "roles")
		v.Post(person+"/roles", form).To("/organisation/members")
		if v.Get("/organisation/members").Find(`a[href^="/organisation/members/"]`).Text() != "The City person" {
			t.Error("she is still a member")
		}
	})
}

// A second place is taken by the person, who signs in for it.
func TestSecondPlace(t *testing.T) {
	x := sitetest.Open(t)
	bob := x.Visitor("en")
	bob.Register("supplier", "Bob Ltd", "bob@example.org")
	v := x.Visitor("en")
	v.Register("buyer", "The City", "boss@example.org")
	v.Get("/organisation/members")
	form := v.Fill("/organisation/members", "person.name", "Bob", "person.email", "bob@example.org")
	form.Set("roles", "opener")
	link := v.Post("/organisation/members", form).Want(200).Said("#ticket")
	path := link[strings.Index(link, "/invitation"):]
	if next := x.Visitor("en").Get(path).Want(200).Has("a.govuk-button").AttrOr("href", ""); next != "/sign-in?next="+url.QueryEscape(path) {
		t.Error(next)
	}
	mallory := x.Visitor("en")
	mallory.Register("supplier", "Mallory", "mallory@example.org")
	if mallory.Get(path).Want(200).Find(`form[action="/invitation/join"]`).Length() != 0 {
		t.Error("anybody may take the place")
	}
	bob.Get(path).Want(200)
	bob.Submit("/invitation/join").To("/place")
	if n := bob.Get("/place").Want(200).Find(".pb-choice").Length(); n != 3 {
		t.Errorf("%d places", n)
	}
}

func TestLostTelephone(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		v := founder(x, lang)
		bob := x.Visitor(lang)
		bob.Register("supplier", "Bob Ltd", "bob@example.org")
		because(v)
		v.Get("/admin/people?email=nobody@example.org").Want(200).Has(".pb-empty")
		person := v.Get("/admin/people?email=Bob@example.org").Want(303).Location
		v.Get(person).Want(200)
		v.Submit(person + "/recovery").Want(200).Has(".govuk-inset-text")
		v.Submit(person + "/recovery").Want(409) // one's own word twice is one word

		org := v.Get("/organisation/members").Want(200)
		form := v.Fill("/organisation/members", "person.name", "Second", "person.email", "second@example.org")
		form.Set("roles", "administrator")
		link := v.Post("/organisation/members", form).Want(200).Said("#ticket")
		_ = org
		second := x.Visitor(lang)
		second.Get(link[strings.Index(link, "/invitation"):])
		second.Submit("/invitation", "password", sitetest.Password).To("/account/factor")
		second.Factor()
		because(second)
		second.Get(person).Want(200)
		ticket := second.Submit(person + "/recovery").Want(200).Said("#ticket")

		bob.Jar = map[string]string{}
		in := url.Values{"email": {"bob@example.org"}, "password": {sitetest.Password}, "code": {ticket}}
		bob.Post("/sign-in", in).To("/account/factor")
		bob.Factor()
		bob.Get("/account").Want(200)
		x.Visitor(lang).Post("/sign-in", in).Want(401)

		v.Get(person)
		v.Submit(person+"/disabled", "back", "/admin/people").Want(303)
	})
}

func TestWhy(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		v := founder(x, lang)
		v.Get("/admin/why?next=//evil.example").Want(200)
		v.Submit("/admin/why", "why", "").Want(422).Has("#f-why-error")
		v.Submit("/admin/why", "why", strings.Repeat("x", 501)).Want(422)
		form := v.Fill("/admin/why", "why", "to see")
		for _, next := range []string{"//evil.example", "https://evil.example/admin", `/admin\evil`, "/account"} {
			form.Set("next", next)
			v.Post("/admin/why", form).To("/admin")
		}
	})
}

// Who is no administrator of the platform is kept out by the API, whatever
// address they type.
func TestNotForOthers(t *testing.T) {
	x := sitetest.Open(t)
	founder(x, "en")
	bob := x.Visitor("en")
	bob.Register("supplier", "Bob Ltd", "bob@example.org")
	as(bob, "administrator")
	for _, path := range []string{"/admin", "/admin/claims", "/admin/health"} {
		bob.Get(path).Want(403)
		x.Visitor("en").Get(path).Want(401)
	}
	if bob.Get("/organisation").Want(200).Find(`.pb-nav a[href="/admin"]`).Length() != 0 {
		t.Error("a link that leads nowhere")
	}
	for _, path := range []string{"/admin/rules", "/admin/classifications"} { // anybody may read them
		if p := bob.Get(path).Want(200); p.Find(".pb-tabs, main form").Length() != 0 {
			t.Errorf("%s offers what would be refused", path)
		}
	}
}

func TestProfile(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		v := x.Visitor(lang)
		v.Register("buyer", "The City", "boss@example.org")
		v.Get("/organisation").Want(200)
		v.Submit("/organisation", "address.country", "Nowhere").Want(422).Has("#f-address-country-error")
		v.Submit("/organisation", "name_en", "", "name_zh", "").Want(422).Has("#f-name_en-error")
		v.Get("/organisation")
		stale := v.Fill("/organisation")
		v.Submit("/organisation", "name_zh", "市政府", "name_en", "The City", "address.country", "CN", "contact.email", "office@example.org").To("/organisation")
		if v.Get("/organisation").Want(200).Has("[name=name_zh]").AttrOr("value", "") != "市政府" {
			t.Error("nothing was saved")
		}
		v.Post("/organisation", stale).Want(412)
		v.Get("/organisation")
		v.Submit("/organisation/claims", "identifier.scheme", "XI-LEI", "identifier.id", "5493001KJTIIGC8Y1R13").Want(422).Has("#f-identifier-id-error")
		v.Submit("/organisation/claims", "identifier.id", "5493001KJTIIGC8Y1R12").To("/organisation")
	})
}

var (
	unsaid = regexp.MustCompile(`_|[a-z][A-Z]|map\[`)
	latin  = regexp.MustCompile(`[A-Za-z]{2}`)
)

func TestPlatformPages(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		v := founder(x, lang)
		v.Get("/admin/health").Want(200).Has("tbody tr")
		sets := v.Get("/admin/rules").Want(200).Has(".pb-result a")
		for i := range sets.Nodes {
			p := v.Get(sets.Eq(i).AttrOr("href", "")).Want(200)
			p.Has("details tbody tr")
			p.Find("details tbody td[data-label]:nth-child(3)").Each(func(_ int, s *sitetest.Selection) {
				if strings.TrimSpace(s.Text()) == "" {
					t.Error("a number without a source")
				}
				if english := strings.Contains(s.Text(), "Art.") || strings.Contains(s.Text(), "House rule"); english && lang == "zh" {
					t.Errorf("a source in English: %s", s.Text())
				}
			})
			p.Find("details tbody tr").Each(func(_ int, s *sitetest.Selection) {
				if said := s.Find("th").Text() + ": " + s.Find("td").First().Text(); unsaid.MatchString(said) || lang == "zh" && latin.MatchString(said) {
					t.Errorf("a name of the policy is not said in words: %s", said)
				}
			})
		}
		v.Get("/admin/rules/none").Want(404)
	})
}

func TestLoadList(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		v := founder(x, lang)
		v.Get("/admin/classifications").Want(200).Has(".pb-empty")
		send := func(fields map[string]string, csv string) *sitetest.Page {
			var b bytes.Buffer
			w := multipart.NewWriter(&b)
			for k, s := range fields {
				w.WriteField(k, s)
			}
			if csv != "" {
				f, _ := w.CreateFormFile("csv", "list.csv")
				f.Write([]byte(csv))
			}
			w.Close()
			r := httptest.NewRequest(http.MethodPost, "/admin/classifications", &b)
			r.Header.Set("Content-Type", w.FormDataContentType())
			return v.Do(r)
		}
		all := map[string]string{"scheme": "CPV", "title": "Vocabulary", "source": "a test", "_key": "0123456789abcdef0123"}
		send(map[string]string{"title": "x"}, "code,en\n1,x\n").Want(422).Has("#f-scheme-error")
		send(all, "").Want(422).Has("#f-csv-error")
		send(all, "code,en\n1,x\n1,x\n").Want(422).Has("#f-csv-error")
		send(map[string]string{"scheme": "CPV", "title": "", "source": ""}, "code,en\n1,x\n").Want(422).Has(".govuk-error-summary")
		send(all, "code,en,zh\n33000000-0,Medical,医疗\n").To("/admin/classifications")
		if n := v.Get("/admin/classifications").Want(200).Find("tbody tr").Length(); n != 1 {
			t.Error(n)
		}
		v.Post("/admin/classifications", url.Values{}).Want(415)
	})
}
