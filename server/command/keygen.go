package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender/fault"
	"probity/tender/sign"
)

// Keygen makes a key file on this machine. The secret never leaves it.
type Keygen struct {
	Kind string `arg:"" enum:"opener,device" help:"opener: a key to open the bids of one tender. device: a key to sign bids, answers and approvals with."`
	Out  string `short:"o" required:"" type:"path" placeholder:"FILE" help:"Key file to write; its public part goes to FILE.pub."`

	Tender   string `help:"With opener: give the public part to this tender."`
	Register string `placeholder:"LABEL" help:"With device: register the key as yours under this label. Needs --email, since a token is not enough."`
	Email    string `help:"With --register: your e-mail address; password and code are asked for."`

	PasswordFile string `type:"path" placeholder:"FILE" help:"With --email: file that holds your password."`
	Code         string `help:"With --email: code of your second factor."`

	Passphrase
	Remote
	Output
}

// made is what keygen prints.
type made struct {
	File        string `json:"file"`
	Kind        string `json:"kind"`
	Public      string `json:"public"`
	Fingerprint string `json:"fingerprint"`
	Tender      string `json:"tender,omitempty"`
	Registered  string `json:"registered,omitempty"` // id of the device
}

// Run makes the key.
func (k *Keygen) Run(ctx context.Context, c *Console) error {
	if err := k.check(); err != nil {
		return err
	}
	passphrase, err := k.fresh(c, "the key")
	if err != nil {
		return err
	}
	m := made{File: k.Out, Kind: k.Kind}
	if k.Kind == "opener" {
		err = k.opener(ctx, passphrase, &m)
	} else {
		err = k.device(ctx, c, passphrase, &m)
	}
	if err != nil {
		return interrupted(ctx, err)
	}
	return k.result(c, m, m.File, "fingerprint "+m.Fingerprint)
}

func (k *Keygen) check() error {
	switch {
	case k.Kind == "opener" && k.Register != "" || k.Kind == "device" && k.Tender != "":
		return fault.New(fault.Invalid, "command.keygen", "An opener's key is given to a tender, a device key is registered.")
	case k.Register != "" && k.Email == "":
		return fault.New(fault.Invalid, "command.keygen", "To register a key you sign in yourself: give --email.")
	}
	for _, name := range []string{k.Out, k.Out + ".pub"} {
		if _, err := os.Lstat(name); err == nil {
			return fault.New(fault.Conflict, "file.exists", "%s exists already and is not overwritten.", name)
		}
	}
	return nil
}

func (k *Keygen) opener(ctx context.Context, passphrase string, m *made) error {
	key, err := seal.GenerateOpenerKey()
	if err != nil {
		return err
	}
	b, err := key.File(passphrase)
	if err != nil {
		return err
	}
	m.Public, m.Fingerprint = key.Public(), fingerprint(key.Public())
	if err := keep(k.Out, b, m.Public+"\n"); err != nil || k.Tender == "" {
		return err
	}
	remote, err := k.signedIn()
	if err != nil {
		return err
	}
	m.Tender = k.Tender
	_, err = remote.GiveKey(ctx, k.Tender, key)
	return err
}

func (k *Keygen) device(ctx context.Context, c *Console, passphrase string, m *made) error {
	key, err := sign.Generate()
	if err != nil {
		return err
	}
	b, err := key.File(passphrase)
	if err != nil {
		return err
	}
	m.Public, m.Fingerprint = string(key.Key().Bytes()), spaced(key.Key().ID)
	if err := keep(k.Out, b, m.Public+"\n"); err != nil || k.Register == "" {
		return err
	}
	remote, err := k.session(ctx, c)
	if err != nil {
		return err
	}
	d, err := remote.AddDevice(ctx, k.Register, key)
	m.Registered = d.ID
	return errors.Join(err, remote.SignOut(ctx))
}

// session signs a person in.
func (k *Keygen) session(ctx context.Context, c *Console) (*client.Client, error) {
	remote, err := k.connect()
	if err != nil {
		return nil, err
	}
	remote.Token = ""
	password, err := c.ask(k.PasswordFile, "Password of "+k.Email+": ")
	if err != nil {
		return nil, err
	}
	code := k.Code
	if code == "" {
		if code, err = c.ask("", "Code of your second factor: "); err != nil {
			return nil, err
		}
	}
	_, err = remote.SignIn(ctx, k.Email, password, code)
	return remote, err
}

// keep writes the secret for its owner alone, and the public part beside it.
func keep(name string, secret []byte, public string) error {
	if err := fresh(name, secret, 0o600); err != nil {
		return err
	}
	return fresh(name+".pub", []byte(public), 0o644)
}

// fresh writes a new file and never overwrites one.
func fresh(name string, b []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "file.exists", "%s exists already and is not overwritten.", name)
	}
	if err == nil {
		_, err = f.Write(b)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		return fmt.Errorf("command: write %s: %w", name, err)
	}
	return nil
}

// fingerprint is a public key as people compare it.
func fingerprint(public string) string {
	h := sha256.Sum256([]byte(public))
	return spaced(hex.EncodeToString(h[:10]))
}

// spaced puts hex digits into groups of four.
func spaced(s string) string {
	var groups []string
	for ; len(s) > 4; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(append(groups, s), " ")
}
