package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/audit"
	"probity/server/command"
	"probity/server/config"
	"probity/tender/fault"
)

// fsck compares everything that a platform keeps with everything else. The
// server must not be running: the embedded engine takes one process.
type fsck struct {
	Data   string `help:"Folder of the embedded engines." default:"probity-data" env:"PROBITY_DATA" type:"existingdir"`
	Origin string `help:"Name of the transparency log." default:"localhost/probity" env:"PROBITY_ORIGIN"`
	LogKey string `help:"Verifier key of the log; by default what the log itself names." placeholder:"VKEY"`
	Deep   bool   `help:"Read every object whole, and compare its bytes with its hash."`
	JSON   bool   `name:"json" help:"Report as JSON."`
}

// errDamage ends the program after a report that names what does not fit.
var errDamage = errors.New("not everything fits together")

// Run checks and reports.
func (f *fsck) Run(ctx context.Context, c *command.Console) error {
	if _, err := os.Stat((&config.Server{Data: f.Data}).Path("probity.db")); err != nil {
		return fault.New(fault.Missing, "fsck.nothing", "There is no platform in %s.", f.Data)
	}
	e, err := app.Embedded(config.Server{Data: f.Data})
	if err != nil {
		return err
	}
	defer e.Metadata.Close()
	trust, err := f.trust()
	if err != nil {
		return err
	}
	tell, done := c.Progress()
	found, err := audit.Fsck(ctx, audit.Keeping{Engine: e.Metadata, Objects: e.Objects, Kinds: app.Collections(),
		Trust: trust, Deep: f.Deep, Progress: tell})
	done()
	if err != nil {
		return err
	}
	if f.JSON {
		if err := json.NewEncoder(c.Out).Encode(append([]audit.Finding{}, found...)); err != nil {
			return err
		}
	} else {
		for _, x := range found {
			fmt.Fprintf(c.Out, "WRONG  %-20s %s: %s\n", x.Name, x.Subject, x.Text)
		}
	}
	if len(found) > 0 {
		return errDamage
	}
	if !f.JSON {
		fmt.Fprintln(c.Out, "ok  State, facts, documents and log fit together.")
	}
	return nil
}

func (f *fsck) trust() (ledger.Policy, error) {
	p := ledger.Policy{Origin: f.Origin}
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
