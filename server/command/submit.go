package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/sign"
)

// Submit registers a sealed bid and sends its parts. Running it again goes on
// where it stopped.
type Submit struct {
	Bid    string `arg:"" type:"path" help:"Folder of the sealed bid."`
	Device string `type:"path" placeholder:"FILE" help:"Device key file to sign with."`

	RegisterOnly bool   `help:"Register the fingerprints now and send the parts later, within the upload window." xor:"what"`
	Withdraw     bool   `help:"Take the bid back, before the deadline." xor:"what"`
	Check        bool   `help:"After the deadline: check that the log has counted the bid." xor:"what"`
	Rescue       string `type:"path" placeholder:"FILE" help:"Publish the keys in this recovery file, because the buyer has called for it. It cannot be taken back." xor:"what"`

	PassphraseFile string `type:"path" placeholder:"FILE" help:"File that holds the passphrase of the key or recovery file."`
	Remote
	Output
}

// submitted is what submit prints.
type submitted struct {
	Tender   string `json:"tender"`
	Lot      string `json:"lot"`
	Seq      int64  `json:"seq"`
	State    string `json:"state"` // registered, stored, withdrawn, live, lapsed, ... or revealed
	Index    int64  `json:"index,omitempty"`
	At       string `json:"at,omitempty"` // when the log took it in
	Receipt  string `json:"receipt,omitempty"`
	Evidence string `json:"objection,omitempty"`
}

// Run submits, or does what a flag says instead.
func (s *Submit) Run(ctx context.Context, c *Console) error {
	f, err := client.OpenFolder(s.Bid)
	if err != nil {
		return err
	}
	remote, err := s.signedIn()
	if err != nil {
		return err
	}
	before := remote.Log.Origin()
	var out submitted
	switch {
	case s.Withdraw:
		out, err = s.withdraw(ctx, c, remote, f)
	case s.Check:
		out, err = s.check(ctx, remote, f)
	case s.Rescue != "":
		out, err = s.rescue(ctx, c, remote, f)
	default:
		out, err = s.submit(ctx, c, remote, f)
	}
	tellTrust(c, before, remote.Log)
	if err != nil {
		return interrupted(ctx, err)
	}
	out.Tender, out.Lot = f.Record.Tender, f.Record.Lot
	lines := []string{fmt.Sprintf("%s: lot %s, bid %d", out.State, out.Lot, out.Seq)}
	if out.Receipt != "" {
		lines = append(lines, fmt.Sprintf("entry %d of the log, %s", out.Index, out.At), "receipt "+out.Receipt)
	}
	return s.result(c, out, lines...)
}

// submit is the way of a bid: checked on disk, registered, uploaded.
func (s *Submit) submit(ctx context.Context, c *Console, remote *client.Client, f *client.Folder) (submitted, error) {
	b := newBars(c)
	defer b.done()
	if _, err := f.Receipt(client.ReceiptSubmitted); err != nil {
		if err := f.Verify(b.progress()); err != nil {
			return submitted{}, err
		}
	}
	device, err := s.device(c)
	if err != nil {
		return submitted{}, err
	}
	r, err := remote.Submit(ctx, f, device)
	if err != nil {
		return submitted{}, err
	}
	if s.RegisterOnly {
		return s.said("registered", f, client.ReceiptSubmitted, r), nil
	}
	r, err = remote.Upload(ctx, f, client.Uploading{Progress: b.progress()})
	if err != nil {
		return submitted{}, err
	}
	return s.said("stored", f, client.ReceiptStored, r), nil
}

// device is the key to sign with; nil if none was named, which is enough for a
// bid that was signed before.
func (s *Submit) device(c *Console) (sign.Signer, error) {
	if s.Device == "" {
		return nil, nil
	}
	key, err := unlock(c, s.Device, s.PassphraseFile, sign.ParseFile)
	if err != nil {
		return nil, err
	}
	return key, nil
}

func (s *Submit) said(state string, f *client.Folder, name string, r *client.Receipt) submitted {
	return submitted{State: state, Seq: f.Record.Seq, Index: r.Index, At: event.Time(r.Fact.At),
		Receipt: filepath.Join(s.Bid, "receipts", name+".tlog-proof")}
}

func (s *Submit) withdraw(ctx context.Context, c *Console, remote *client.Client, f *client.Folder) (submitted, error) {
	if s.Device == "" {
		return submitted{}, fault.New(fault.Invalid, "command.device", "Name your device key with --device.")
	}
	device, err := s.device(c)
	if err != nil {
		return submitted{}, err
	}
	w := client.Withdrawing{Tender: f.Record.Tender, Lot: f.Record.Lot, Bidder: f.Record.Bidder}
	r, err := remote.Withdraw(ctx, w, device)
	if err != nil {
		return submitted{}, err
	}
	return s.said("withdrawn", f, client.ReceiptWithdrawn, r), f.KeepReceipt(client.ReceiptWithdrawn, r.Raw)
}

// check looks the bid up in the closing entries. An objection goes into the
// folder, ready to be sent.
func (s *Submit) check(ctx context.Context, remote *client.Client, f *client.Folder) (submitted, error) {
	n, err := remote.CheckClosing(ctx, f)
	if o, ok := errors.AsType[*client.Objection](err); ok {
		name := filepath.Join(s.Bid, "objection.txt")
		if err := fresh(name, []byte(o.Text()), 0o644); err != nil && !fault.Coded(err, "file.exists") {
			return submitted{}, err
		}
	}
	if err != nil {
		return submitted{}, err
	}
	if n.Window != nil {
		return s.said(n.Window.Entry.State, f, client.ReceiptWindow, n.Window.Receipt), nil
	}
	return s.said(n.Closed.Entry.State, f, client.ReceiptClosed, n.Closed.Receipt), nil
}

func (s *Submit) rescue(ctx context.Context, c *Console, remote *client.Client, f *client.Folder) (submitted, error) {
	recovery, err := unlock(c, s.Rescue, s.PassphraseFile, seal.ParseRecovery)
	if err != nil {
		return submitted{}, err
	}
	openings, err := remote.Openings(ctx, f.Record.Tender)
	if err != nil {
		return submitted{}, err
	}
	for _, o := range openings {
		if o.Lot == f.Record.Lot && o.State == bidding.Announced && !o.RescueEnds.IsZero() {
			return submitted{State: "revealed", Seq: f.Record.Seq}, remote.Rescue(ctx, o.ID, recovery)
		}
	}
	return submitted{}, fault.New(fault.Conflict, "opening.no_rescue", "Keys are not asked for at this time.")
}
