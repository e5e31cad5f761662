package admin

import (
	"probity/server/site"
	"probity/tender/party"
	"probity/tender/text"
)

// ownView is one's own organisation: what it says about itself, and who it
// claims to be.
type ownView struct {
	Wrong   *site.Wrong
	Org     org
	In      ownForm
	Claim   claimForm
	Schemes []site.Option
}

type ownForm struct {
	NameEN   string `form:"name_en"`
	NameZH   string `form:"name_zh"`
	Street   string `form:"address.streetAddress"`
	Locality string `form:"address.locality"`
	Region   string `form:"address.region"`
	Postcode string `form:"address.postalCode"`
	Country  string `form:"address.country"`
	Contact  string `form:"contact.name"`
	Email    string `form:"contact.email"`
	Phone    string `form:"contact.telephone"`
	URL      string `form:"contact.url"`
}

type claimForm struct {
	Scheme string `form:"identifier.scheme"`
	ID     string `form:"identifier.id"`
	Legal  string `form:"identifier.legalName"`
}

var ownPage = site.PageOf[ownView](name, "own")

// zh is the tag under which an organisation has its Chinese name, or "zh".
func zh(t text.Text) string {
	for _, l := range t.Languages() {
		if l == "zh" || len(l) > 3 && l[:3] == "zh-" {
			return l
		}
	}
	return "zh"
}

func load(v *site.Visit) (o org, err error) {
	if v.Me.Org == "" {
		return o, v.Missing()
	}
	return o, v.Get(&o, "/api/v1/organisations/%s", v.Me.Org)
}

func showOwn(v *site.Visit) error {
	if v.Me.Choose {
		return v.SeeOther("", "/place?next=/organisation")
	}
	o, err := load(v)
	if err != nil {
		return err
	}
	return own(v, ownView{Org: o, In: ownForm{
		o.Name["en"], o.Name[zh(o.Name)], o.Address.Street, o.Address.Locality, o.Address.Region, o.Address.Postcode, o.Address.Country,
		o.Contact.Name, o.Contact.Email, o.Contact.Phone, o.Contact.URL}})
}

func own(v *site.Visit, view ownView) error {
	for _, x := range []string{party.SchemeUSCC, party.SchemeLEI, "GB-COH"} {
		view.Schemes = append(view.Schemes, site.Option{Value: x, Label: v.T("account.scheme." + x), Chosen: view.Claim.Scheme == x})
	}
	return ownPage.Show(v, view.Wrong.Status(), view)
}

func saveOwn(v *site.Visit) error {
	var in ownForm
	if err := v.Form(&in); err != nil {
		return err
	}
	o, err := load(v)
	if err != nil {
		return err
	}
	names := text.Text{}
	for l, s := range o.Name {
		names[l] = s
	}
	set := func(lang, s string) {
		if delete(names, lang); s != "" {
			names[lang] = s
		}
	}
	set("en", in.NameEN)
	set(zh(o.Name), in.NameZH)
	body := map[string]any{
		"name":    names,
		"address": party.Address{Street: in.Street, Locality: in.Locality, Region: in.Region, Postcode: in.Postcode, Country: in.Country},
		"contact": party.Contact{Name: in.Contact, Email: in.Email, Phone: in.Phone, URL: in.URL},
	}
	if o.Owners != nil {
		body["owners"] = o.Owners
	}
	if err := v.Put(body, nil, "/api/v1/organisations/%s", v.Me.Org); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		for from, to := range map[string]string{"name": "name_en", "name.en": "name_en", "name." + zh(o.Name): "name_zh"} {
			if s := w.On(from); s != "" {
				w.Problem.Errors[to] = s
				delete(w.Problem.Errors, from)
			}
		}
		return own(v, ownView{Wrong: w, Org: o, In: in})
	}
	return v.SeeOther("admin.done.profile", "/organisation")
}

func addClaim(v *site.Visit) error {
	var in claimForm
	if err := v.Form(&in); err != nil {
		return err
	}
	o, err := load(v)
	if err != nil {
		return err
	}
	legal := in.Legal
	if legal == "" {
		legal = o.Name.In(v.Lang)
	}
	body := map[string]any{"identifier": party.Identifier{Scheme: in.Scheme, ID: in.ID, LegalName: legal}}
	if err := v.Post(body, nil, "/api/v1/organisations/%s/claims", v.Me.Org); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return own(v, ownView{Wrong: w, Org: o, Claim: in, In: ownForm{NameEN: o.Name["en"], NameZH: o.Name[zh(o.Name)]}})
	}
	return v.SeeOther("admin.done.claim", "/organisation")
}

func renewClaim(v *site.Visit) error {
	var in struct {
		Claim string `form:"claim"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	if _, err := load(v); err != nil {
		return err
	}
	if err := v.Post(map[string]string{"claim": in.Claim}, nil, "/api/v1/organisations/%s/renew", v.Me.Org); err != nil {
		return err
	}
	return v.SeeOther("admin.done.claim", "/organisation")
}
