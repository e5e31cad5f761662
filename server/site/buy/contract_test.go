package buy_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/site/sitetest"
	"probity/tender"
	"probity/tender/contract"
	"probity/tender/rules"
	"probity/tender/sign"
)

// drawn is a house with a contract that waits to be signed, and its address.
// more changes the notice.
func drawn(t *testing.T, lang string, more ...func(*tender.Notice)) (h *house, supplier *biddingtest.Bidder, at string) {
	h, w, supplier, path := ranked(t, lang, more...)
	h.decided(w, path)
	h.Set(h.stored(path).Lot(w.Lot).StandstillEnds.Add(time.Hour))
	w.Settle()
	for i := 0; h.stored(path).Lot(w.Lot).Phase != tender.Awarded; i++ {
		if i > 3000 {
			t.Fatal("the standstill does not end")
		}
		time.Sleep(time.Millisecond)
	}
	h.again()
	m, lot := h.as(manager()), path+"/lots/"+w.Lot
	day := rules.DateIn(h.stored(path).Lot(w.Lot).StandstillEnds, time.UTC)
	m.Get(lot + "/contract").Want(200)
	p := m.Submit(lot+"/contract", "date", day.String(), "buyer.name", "A. Prover", "supplier.name", "S. Upplier").Want(303)
	at = strings.TrimSuffix(p.Location, "/edit")
	m.Get(at).Want(200)
	m.Submit(at + "/do/draw").To(at)
	return h, supplier, at
}

// typed wants a field of a form to have come back as it was filled in.
func typed(t *testing.T, p *sitetest.Page, selector, want string) {
	t.Helper()
	s := p.Has(selector)
	if got := s.AttrOr("value", s.Text()); got != want {
		t.Errorf("%s came back as %q, not %q", selector, got, want)
	}
}

// A contract is ended early by who may, with reasons, and once.
func TestTermination(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			h, supplier, at := drawn(t, lang)
			h.signBoth(at, supplier)
			a, m := h.as(biddingtest.Approver), h.as(manager())
			if m.Get(at).Want(200).Find("#terminate").Length() != 0 {
				t.Error("who may not end a contract is shown the form")
			}
			m.Post(at+"/do/terminate", url.Values{"reason.en": {"No."}}).Want(403)
			a.Get(at).Want(200).Has("#terminate")
			p := a.Submit(at + "/do/terminate").Want(422)
			p.Has(".govuk-error-summary")
			p.Has("details[open] #terminate")
			a.Submit(at+"/do/terminate", "reason.en", "Nothing <came>.", "reason.zh-CN", "未交付。").To(at)
			c := h.agreement(at)
			if c.State != contract.Terminated || c.End == nil || c.End.Reason["en"] != "Nothing <came>." {
				t.Fatalf("the contract is %s, %+v", c.State, c.End)
			}
			want := map[string]string{"en": "Nothing <came>.", "zh": "未交付。"}[lang]
			if p := a.Get(at).Want(200); !strings.Contains(p.Said(".govuk-summary-list"), want) || p.Find("#terminate").Length() != 0 {
				t.Errorf("the page says %q", p.Said(".govuk-summary-list"))
			}
		})
	}
}

// The performance security is recorded before the signatures, and given back
// when the contract has ended.
func TestPerformanceSecurity(t *testing.T) {
	h, supplier, at := drawn(t, "en", func(n *tender.Notice) {
		m := tender.MustMoney("500.00", n.Currency)
		n.Terms.SecurityAmount = &m
	})
	a, m := h.as(biddingtest.Approver), h.as(manager())
	until := rules.DateIn(time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC), time.UTC).String()
	m.Get(at).Want(200).Has("#security")
	if p := a.Get(at).Want(200).Has(".govuk-inset-text"); p.Find("#sign").Length() != 0 {
		t.Error("the body is asked to sign before the security is given")
	}
	p := m.Submit(at+"/do/security", "issuer", "A Bank", "reference", "G-1", "amount", "", "until", until).Want(422)
	typed(t, p, "#security [name=issuer]", "A Bank")
	p = m.Submit(at+"/do/security", "issuer", "A Bank", "reference", "G-1", "amount", "1.00", "until", until).Want(422)
	typed(t, p, "#security [name=amount]", "1.00")
	m.Submit(at+"/do/security", "amount", "500.00").To(at)
	c := h.agreement(at)
	if c.Guarantee == nil || c.Guarantee.Issuer != "A Bank" || c.Guarantee.Amount != tender.MustMoney("500.00", c.Record.Price.Currency) {
		t.Fatalf("recorded is %+v", c.Guarantee)
	}
	if p := m.Get(at).Want(200); p.Find("#security").Length() != 0 || !strings.Contains(p.Said(".govuk-summary-list"), "A Bank") {
		t.Error("what is recorded is not shown, or asked for again")
	}
	if p := a.Get(at).Want(200).Has("#sign"); p.Find(".govuk-inset-text").Length() != 0 {
		t.Error("the body is told to wait for a security that is given")
	}
	h.signBoth(at, supplier)
	a.Get(at).Want(200)
	a.Submit(at+"/do/terminate", "reason.en", "The firm has closed.").To(at)
	a.Get(at).Want(200).Has("#security-return")
	if m.Get(at).Want(200).Find("#security-return").Length() != 0 {
		t.Error("who may not give it back is shown the button")
	}
	a.Submit(at + "/do/security-return").To(at)
	if c := h.agreement(at); c.Guarantee.Returned.IsZero() {
		t.Error("it was not given back")
	}
	if a.Get(at).Want(200).Find("#security-return").Length() != 0 {
		t.Error("it can be given back twice")
	}
}

// A change is in force when both sides have signed it.
func TestAnAgreedChange(t *testing.T) {
	h, supplier, at := drawn(t, "en")
	h.signBoth(at, supplier)
	m, a := h.as(manager()), h.as(biddingtest.Approver)
	m.Get(at + "/change").Want(200)
	form := m.Fill(at+"/change", "lines[0].description.en", "Salt, fine", "code", "mod-cir", "reason.en", "A long winter.")
	m.Post(at+"/change", form).To(at)
	if m.Get(at).Want(200).Find("#agree").Length() != 0 {
		t.Error("who may not sign is shown the form")
	}
	c := h.agreement(at)
	x := &c.Changes[0]
	f := a.Get(at).Want(200).Has("#agree")
	if f.AttrOr("data-sign-at", "") != "toSign.buyer" || !strings.Contains(f.AttrOr("data-sign-is", ""), x.ID) {
		t.Error("the device is not told what it signs")
	}
	a.Submit(at + "/do/agree").Want(422).Has(".govuk-error-summary")
	signed := a.Fill(at + "/do/agree")
	signed.Set("signature", h.signed(biddingtest.Approver, sign.Contract, c.ChangeSigning(x, contract.SupplierSide)))
	a.Post(at+"/do/agree", signed).Want(403) // the other side's record
	signed = a.Fill(at + "/do/agree")
	signed.Set("signature", h.signed(biddingtest.Approver, sign.Contract, c.ChangeSigning(x, contract.BuyerSide)))
	a.Post(at+"/do/agree", signed).To(at)
	if a.Get(at).Want(200).Find("#agree").Length() != 0 {
		t.Error("who has signed the change is asked again")
	}
	s, err := biddingtest.DeviceKey(supplier.User).Sign(sign.Contract, c.ChangeSigning(x, contract.SupplierSide))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Contracts.Agree(t.Context(), c.ID, x.ID, supplier.Actor, s); err != nil {
		t.Fatal(err)
	}
	if c := h.agreement(at); !c.Changes[0].Agreed() || c.Lines()[0].Description["en"] != "Salt, fine" {
		t.Errorf("the change is %+v", c.Changes[0])
	}
	if a.Get(at).Want(200).Find("#open-change").Length() != 0 {
		t.Error("what is settled is still shown as open")
	}
}
