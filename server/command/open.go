package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/sign"
)

// Open is an opener's part: it checks what is to be opened and releases this
// opener's shares, for all bids of a lot and envelope or for none.
type Open struct {
	Tender string `arg:"" help:"Id of the tender."`
	Key    string `required:"" type:"path" placeholder:"FILE" help:"Opener key file made for this tender."`
	Device string `required:"" type:"path" placeholder:"FILE" help:"Device key file to sign with."`

	Consent  bool   `help:"Before publication: check that the opener manifest holds your key, and sign it."`
	Lot      string `help:"Only this lot."`
	Envelope string `help:"Only this envelope."`

	PassphraseFile       string `type:"path" placeholder:"FILE" help:"File that holds the passphrase of the opener key."`
	DevicePassphraseFile string `type:"path" placeholder:"FILE" help:"File that holds the passphrase of the device key."`
	Remote
	Output
}

// released is what open prints for each opening, or for the consent.
type released struct {
	Tender   string `json:"tender"`
	Lot      string `json:"lot,omitempty"`
	Envelope string `json:"envelope,omitempty"`
	Bids     int    `json:"bids,omitempty"`
	State    string `json:"state"`             // consented or released
	Openers  string `json:"openers,omitempty"` // fingerprint of the manifest
}

// Run releases shares, or signs the manifest.
func (o *Open) Run(ctx context.Context, c *Console) error {
	remote, err := o.signedIn()
	if err != nil {
		return err
	}
	key, err := unlock(c, o.Key, o.PassphraseFile, seal.ParseOpenerKeyFile)
	if err != nil {
		return err
	}
	device, err := unlock(c, o.Device, o.DevicePassphraseFile, sign.ParseFile)
	if err != nil {
		return err
	}
	before := remote.Log.Origin()
	var list []released
	if o.Consent {
		list, err = o.consent(ctx, c, remote, client.Opener{Key: key, Device: device})
	} else {
		list, err = o.release(ctx, c, remote, client.Opener{Key: key, Device: device})
	}
	tellTrust(c, before, remote.Log)
	if err != nil {
		return interrupted(ctx, err)
	}
	var lines []string
	for _, r := range list {
		lines = append(lines, r.line())
	}
	return o.result(c, list, lines...)
}

func (r released) line() string {
	if r.State == "consented" {
		return "signed the opener manifest " + r.Openers
	}
	return fmt.Sprintf("released the shares of %d bids: lot %s, %s envelope", r.Bids, r.Lot, r.Envelope)
}

// consent shows what is signed before it is signed.
func (o *Open) consent(ctx context.Context, c *Console, remote *client.Client, with client.Opener) ([]released, error) {
	x, err := remote.Consent(ctx, o.Tender, with.Key)
	if err != nil {
		return nil, err
	}
	m := x.Manifest
	c.say("Opener manifest %s of tender %s", m.Fingerprint(), m.Tender)
	c.say("Bids are taken before %s and opened from %s on.", event.Time(m.Deadline), event.Time(m.Opens))
	for _, g := range m.Groups {
		var names []string
		for _, p := range g.Openers {
			names = append(names, p.Name)
		}
		c.say("%s: any %d of %s", g.Name, g.K, strings.Join(names, ", "))
	}
	if _, err := remote.SignConsent(ctx, x, with.Device); err != nil {
		return nil, err
	}
	return []released{{Tender: o.Tender, State: "consented", Openers: m.Fingerprint()}}, nil
}

// release answers every opening that waits for shares.
func (o *Open) release(ctx context.Context, c *Console, remote *client.Client, with client.Opener) ([]released, error) {
	all, err := remote.Openings(ctx, o.Tender)
	if err != nil {
		return nil, err
	}
	b := newBars(c)
	defer b.done()
	with.Progress = b.progress()
	list := []released{}
	var wrong []error // one opening that cannot be answered keeps nobody from the others
	for _, x := range all {
		if x.State != bidding.Announced || o.Lot != "" && o.Lot != x.Lot || o.Envelope != "" && o.Envelope != x.Envelope {
			continue
		}
		if _, err := remote.Release(ctx, x.ID, with); err != nil {
			wrong = append(wrong, err)
			continue
		}
		list = append(list, released{Tender: o.Tender, Lot: x.Lot, Envelope: x.Envelope, Bids: x.Size, State: "released"})
	}
	if len(list) == 0 && len(wrong) == 0 {
		return nil, fault.New(fault.Conflict, "opening.none", "No opening of this tender waits for shares.")
	}
	return list, errors.Join(wrong...)
}
