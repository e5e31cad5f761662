package client

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/sign"
)

// Prepared is a tender that was checked as far as it can be, ready to be sealed
// for.
type Prepared struct {
	Tender   *Tender
	Manifest *seal.Manifest

	// Deadline and Opens are in force now, after all extensions.
	Deadline, Opens time.Time

	// Unchecked says in whole sentences what could not be checked here, for the
	// bidder to decide; empty if everything was.
	Unchecked []string
}

// Prepare fetches a tender and checks everything that a bidder must know before
// sealing for its openers: a swapped key or an earlier opening shows here, and
// not when it is too late.
func (c *Client) Prepare(ctx context.Context, id string) (*Prepared, error) {
	t, err := c.Tender(ctx, id)
	if err != nil {
		return nil, err
	}
	if t.ID != id {
		return nil, fault.New(fault.Denied, "tender.other", "The server showed another tender than was asked for.")
	}
	return c.PrepareFrom(ctx, t)
}

// PrepareFrom is Prepare for a tender that was fetched before.
func (c *Client) PrepareFrom(ctx context.Context, t *Tender) (*Prepared, error) {
	p, err := Inspect(t)
	if err != nil || t.Evidence == nil || c.Log == nil {
		return p, err
	}
	p.drop(uncheckedLog)
	return p, c.logged(ctx, p)
}

// What Inspect alone cannot check.
const (
	uncheckedLog     = "Whether the opener manifest is in the log was not checked: the server offers no receipt for it, or no log is trusted here."
	uncheckedConsent = "Whether the openers themselves have signed the manifest was not checked: their device keys are not at hand."
)

func (p *Prepared) drop(what string) {
	p.Unchecked = slices.DeleteFunc(p.Unchecked, func(s string) bool { return s == what })
}

// Inspect checks a tender by itself, with no line to a server.
func Inspect(t *Tender) (*Prepared, error) {
	if t.Phase != tender.Published {
		return nil, fault.New(fault.Conflict, "tender.phase", "The tender is %s and takes no bids.", t.Phase)
	}
	m, err := checkManifest(t)
	if err != nil {
		return nil, err
	}
	p := &Prepared{Tender: t, Manifest: m, Unchecked: []string{uncheckedLog}}
	if err := p.times(); err != nil {
		return nil, err
	}
	return p, p.consents()
}

// checkManifest holds the manifest to its hash, to the tender, and to the rules
// for new tenders.
func checkManifest(t *Tender) (*seal.Manifest, error) {
	m, err := seal.ParseManifest([]byte(t.Openers.Manifest))
	if err != nil {
		return nil, err
	}
	if m.Openers() != t.Openers.Hash || m.Tender != t.ID {
		return nil, fault.New(fault.Denied, "openers.hash", "The opener manifest is not the one whose hash the tender names.")
	}
	if err := m.RequireHybrid(); err != nil {
		return nil, err
	}
	same := len(m.Groups) == len(t.Openers.Groups)
	for j := 0; same && j < len(m.Groups); j++ {
		shown := t.Openers.Groups[j]
		same = m.Groups[j].K == shown.K && len(m.Groups[j].Openers) == len(shown.Members)
		for i := 0; same && i < len(shown.Members); i++ {
			o := m.Groups[j].Openers[i]
			same = o.ID == shown.Members[i].User && o.Key == shown.Members[i].Key
		}
	}
	if !same {
		return nil, fault.New(fault.Denied, "openers.other", "The tender shows other openers than its manifest holds.")
	}
	return m, nil
}

// times holds the published dates to the manifest and its extensions.
func (p *Prepared) times() error {
	list, err := extensions(p.Tender.Openers.Extensions)
	if err != nil {
		return err
	}
	if p.Deadline, p.Opens, err = p.Manifest.Window(list); err != nil {
		return err
	}
	d := p.Tender.Notice.Timetable
	if !p.Deadline.Equal(d.Deadline) {
		return fault.New(fault.Denied, "openers.deadline", "The notice says that the deadline is %s, the opener manifest says %s.",
			event.Time(d.Deadline), event.Time(p.Deadline))
	}
	if p.Opens.Before(d.WindowEnds()) {
		return fault.New(fault.Denied, "openers.early", "The openers could act at %s, while sealed parts are taken until %s.",
			event.Time(p.Opens), event.Time(d.WindowEnds()))
	}
	return nil
}

func extensions(raw []string) ([]seal.Extension, error) {
	var list []seal.Extension
	for _, r := range raw {
		e, err := seal.ParseExtension([]byte(r))
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// consents wants every opener's signature, and verifies them if the device keys
// are known.
func (p *Prepared) consents() error {
	var signed []sign.Signed
	for j, g := range p.Tender.Openers.Groups {
		for i, o := range g.Members {
			if o.Signature == nil {
				return fault.New(fault.Denied, "seal.consent_missing", "Opener %q has not signed the opener manifest.", o.User)
			}
			signed = append(signed, sign.Signed{Record: p.Manifest.NewConsent(j, i+1).Bytes(), Signature: *o.Signature})
		}
	}
	e := p.Tender.Evidence
	if e == nil || len(e.Devices) == 0 {
		p.Unchecked = append(p.Unchecked, uncheckedConsent)
		return nil
	}
	keys := map[string]sign.Key{}
	for _, g := range p.Tender.Openers.Groups {
		for _, o := range g.Members {
			for _, k := range e.Devices[o.User] {
				if k.ID == o.Signature.Key {
					keys[o.User] = k
				}
			}
		}
	}
	return p.Manifest.CheckConsents(signed, func(opener string) (sign.Key, bool) {
		k, ok := keys[opener]
		return k, ok
	})
}

// logged checks that the manifest and the extensions are in the log.
func (c *Client) logged(ctx context.Context, p *Prepared) error {
	t, e := p.Tender, p.Tender.Evidence
	r, err := c.CheckReceipt(ctx, []byte(e.Manifest))
	if err != nil {
		return err
	}
	name := "tender." + string(tender.Publish)
	if r.Fact.Name != name {
		name = "tender." + string(tender.Reseal)
	}
	if err := r.is(name, t.ID); err != nil {
		return err
	}
	var d struct {
		Openers string `json:"openers"`
	}
	if err := r.data(&d); err != nil {
		return err
	}
	if d.Openers != t.Openers.Manifest {
		return fault.New(fault.Denied, "openers.not_logged", "The opener manifest is not the one that is in the log. Do not seal for it; keep it as evidence.")
	}
	return c.loggedExtensions(ctx, t)
}

func (c *Client) loggedExtensions(ctx context.Context, t *Tender) error {
	e := t.Evidence
	if len(e.Extensions) != len(t.Openers.Extensions) {
		return fault.New(fault.Denied, "openers.not_logged", "Not every later deadline has a receipt from the log.")
	}
	for i, raw := range e.Extensions {
		r, err := c.CheckReceipt(ctx, []byte(raw))
		if err != nil {
			return err
		}
		if err := r.is("openers.extend", t.ID); err != nil {
			return err
		}
		var d struct {
			Extension json.RawMessage `json:"extension"`
		}
		if err := r.data(&d); err != nil {
			return err
		}
		if string(d.Extension) != t.Openers.Extensions[i] {
			return fault.New(fault.Denied, "openers.not_logged", "A later deadline is not the one that is in the log.")
		}
	}
	return nil
}
