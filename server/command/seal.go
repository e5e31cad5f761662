package command

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"

	"probity/bidding"
	"probity/server/client"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// Seal makes a sealed bid on this machine. With a tender in a file it needs no
// line at all.
type Seal struct {
	Tender string `arg:"" help:"The tender: its id, or a file with what GET /api/v1/tenders/ID gives."`

	Lot    string `required:"" help:"The lot to bid for."`
	Offer  string `required:"" type:"path" placeholder:"FILE" help:"JSON file with prices (item to unit price), responses, statement, parties, security."`
	Bidder string `help:"Id of the bidding organisation; asked from the server if a token is given."`
	Seq    int64  `help:"Number of the bid: one more than your last record for the lot. Asked from the server if a token is given; else 1."`

	File      []string `type:"path" help:"Document for the one envelope; may be repeated." sep:"none"`
	Technical []string `type:"path" help:"Document for the technical envelope; may be repeated." sep:"none"`
	Financial []string `type:"path" help:"Document for the financial envelope; may be repeated." sep:"none"`

	Out      string `short:"o" required:"" type:"path" placeholder:"FOLDER" help:"Folder to make for the sealed bid."`
	Recovery string `type:"path" placeholder:"FILE" help:"Where the key to the bid goes; FOLDER.recovery if absent. Keep it, apart from the folder."`
	Strict   bool   `help:"Refuse to seal unless everything about the openers could be checked."`

	Passphrase
	Remote
	Output
}

// offerFile is what --offer names.
type offerFile struct {
	Prices    map[string]tender.Decimal `json:"prices"`
	Responses []bidding.Response        `json:"responses"`
	Statement string                    `json:"statement"`
	Parties   []party.Party             `json:"parties"`
	Security  *bidding.Security         `json:"security"`
}

const maxOfferFile = 16 << 20

func readOffer(name string) (offerFile, error) {
	var o offerFile
	b, err := os.ReadFile(name)
	if err != nil || len(b) > maxOfferFile {
		return o, fault.New(fault.Missing, "file.missing", "The file %s cannot be read.", name).Because(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil || d.More() {
		f := fault.New(fault.Invalid, "offer.file", "%s is not an offer: %v.", name, err)
		return o, f.Because(err)
	}
	return o, nil
}

// sealed is what seal prints.
type sealed struct {
	Folder    string            `json:"folder"`
	Recovery  string            `json:"recovery"`
	Tender    string            `json:"tender"`
	Lot       string            `json:"lot"`
	Bidder    string            `json:"bidder"`
	Seq       int64             `json:"seq"`
	Openers   string            `json:"openers"` // fingerprint of the opener manifest
	Envelopes map[string]string `json:"envelopes"`
	Deadline  string            `json:"deadline"`
	Unchecked []string          `json:"unchecked"`
}

// Run seals the bid.
func (s *Seal) Run(ctx context.Context, c *Console) error {
	offer, err := readOffer(s.Offer)
	if err != nil {
		return err
	}
	p, err := s.prepare(ctx, c)
	if err != nil {
		return interrupted(ctx, err)
	}
	for _, what := range p.Unchecked {
		c.say("Note: %s", what)
	}
	if s.Strict && len(p.Unchecked) > 0 {
		return fault.New(fault.Denied, "seal.unchecked", "Not everything about the openers could be checked, so nothing was sealed.")
	}
	if s.Recovery == "" {
		s.Recovery = strings.TrimRight(s.Out, `/\`) + ".recovery"
	}
	passphrase, err := s.fresh(c, "the recovery file")
	if err != nil {
		return err
	}
	b := newBars(c)
	f, err := client.Making{
		Prepared: p, Bidder: s.Bidder, Lot: s.Lot, Seq: s.Seq, Prices: offer.Prices, Responses: offer.Responses, Statement: offer.Statement,
		Files:   files(map[string][]string{tender.Whole: s.File, tender.Technical: s.Technical, tender.Financial: s.Financial}),
		Parties: offer.Parties, Security: offer.Security, Dir: s.Out, Recovery: s.Recovery, Passphrase: passphrase, Progress: b.progress(),
	}.Seal()
	b.done()
	if err != nil {
		return err
	}
	return s.print(c, p, f)
}

func files(all map[string][]string) map[string][]string {
	for name, list := range all {
		if len(list) == 0 {
			delete(all, name)
		}
	}
	return all
}

// prepare checks the tender, and asks the server what the flags leave open.
func (s *Seal) prepare(ctx context.Context, c *Console) (*client.Prepared, error) {
	if client.IsTenderFile(s.Tender) && s.Server == "" {
		t, err := client.ReadTender(s.Tender)
		if err != nil {
			return nil, err
		}
		if s.Bidder == "" {
			return nil, fault.New(fault.Invalid, "command.bidder", "Name the bidding organisation with --bidder.")
		}
		return client.Inspect(t)
	}
	remote, err := s.connect()
	if err != nil {
		return nil, err
	}
	before := remote.Log.Origin()
	p, err := s.fetch(ctx, remote)
	if err != nil {
		return nil, err
	}
	tellTrust(c, before, remote.Log)
	if remote.Token == "" {
		if s.Bidder == "" {
			err = fault.New(fault.Invalid, "command.bidder", "Name the bidding organisation with --bidder, or give a token.")
		}
		return p, err
	}
	if s.Bidder == "" {
		me, err := remote.Me(ctx)
		if err != nil {
			return nil, err
		}
		s.Bidder = me.Org
	}
	if s.Seq == 0 {
		s.Seq, err = remote.NextSeq(ctx, p.Tender.ID, s.Lot)
	}
	return p, err
}

func (s *Seal) fetch(ctx context.Context, remote *client.Client) (*client.Prepared, error) {
	if !client.IsTenderFile(s.Tender) {
		return remote.Prepare(ctx, s.Tender)
	}
	t, err := client.ReadTender(s.Tender)
	if err != nil {
		return nil, err
	}
	return remote.PrepareFrom(ctx, t)
}

func (s *Seal) print(c *Console, p *client.Prepared, f *client.Folder) error {
	out := sealed{Folder: s.Out, Recovery: s.Recovery, Tender: f.Record.Tender, Lot: f.Record.Lot, Bidder: f.Record.Bidder, Seq: f.Record.Seq,
		Openers: p.Manifest.Fingerprint(), Envelopes: map[string]string{}, Deadline: event.Time(p.Deadline), Unchecked: append([]string{}, p.Unchecked...)}
	lines := []string{"sealed bid " + s.Out, "recovery file " + s.Recovery, "openers " + out.Openers}
	for _, e := range f.Record.Envelopes {
		out.Envelopes[e.Name] = e.F
		lines = append(lines, e.Name+" "+e.F)
	}
	return s.result(c, out, append(lines, "submit before "+out.Deadline)...)
}
