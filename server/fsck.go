package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/audit"
	"probity/server/command"
	"probity/server/config"
	"probity/tender/fault"
)

// fsck compares everything that a platform keeps with everything else. Servers
// may be running: what is looked at changes meanwhile, so what looks wrong is
// looked at twice.
type fsck struct {
	place

	LogKey string `help:"Verifier key of the log; by default what the log itself names." placeholder:"VKEY"`
	Deep   bool   `help:"Read every object whole, and compare its bytes with its hash."`
	JSON   bool   `name:"json" help:"Report as JSON."`
}

// errDamage ends the program after a report that names what does not fit.
var errDamage = errors.New("not everything fits together")

// Run checks and reports.
func (f *fsck) Run(ctx context.Context, c *command.Console) error {
	s, err := f.server()
	if err != nil {
		return err
	}
	found, live, err := f.look(ctx, c, s)
	if err == nil && live && len(found) > 0 {
		var again []audit.Finding
		again, _, err = f.look(ctx, c, s)
		found = inBoth(found, again)
	}
	if err != nil {
		return err
	}
	if f.JSON {
		if err := json.NewEncoder(c.Out).Encode(append([]audit.Finding{}, found...)); err != nil {
			return err
		}
	} else {
		tellFindings(c, found)
	}
	if len(found) > 0 {
		return errDamage
	}
	if !f.JSON {
		fmt.Fprintln(c.Out, "ok  State, facts, documents and log fit together.")
	}
	return nil
}

func (f *fsck) look(ctx context.Context, c *command.Console, s config.Server) (found []audit.Finding, live bool, err error) {
	trust, err := f.trust()
	if err != nil {
		return nil, false, err
	}
	e, live, err := app.Look(ctx, s)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	tell, done := c.Progress()
	defer done()
	found, err = audit.Fsck(ctx, audit.Keeping{Engine: e.Metadata, Objects: e.Objects, Kinds: app.Collections(),
		Trust: trust, Deep: f.Deep, Progress: tell})
	return found, live, err
}

// inBoth keeps what was found twice: the rest was on its way.
func inBoth(a, b []audit.Finding) []audit.Finding {
	return slices.DeleteFunc(a, func(x audit.Finding) bool {
		return !slices.ContainsFunc(b, func(y audit.Finding) bool { return x.Name == y.Name && x.Subject == y.Subject })
	})
}

// trustIn believes the key that the log itself names.
func trustIn(origin string) ledger.Policy { return ledger.Policy{Origin: origin} }

func (f *fsck) trust() (ledger.Policy, error) {
	p := trustIn(f.Origin)
	if f.LogKey == "" {
		return p, nil
	}
	v, err := note.NewVerifier(f.LogKey)
	if err != nil {
		return p, fault.New(fault.Invalid, "log.key", "%.120q is not the verifier key of a log.", f.LogKey)
	}
	p.Log = []note.Verifier{v}
	return p, nil
}
