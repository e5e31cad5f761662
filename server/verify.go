package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"probity/documents/pdf"
	"probity/server/audit"
	"probity/server/client"
	"probity/server/command"
	"probity/tender/fault"
)

// verify checks a file offline: an archive, a receipt, or a sealed paper. No
// server is asked, and nothing of the platform's is trusted but the keys that
// are given.
type verify struct {
	File   string   `arg:"" help:"Archive (.zip), receipt, or sealed paper (.pdf)." type:"existingfile"`
	LogKey []string `help:"Verifier key of the log, to compare the file with." placeholder:"VKEY" sep:"none"`
	Seals  string   `help:"File with the certificates (PEM) that papers must be sealed under." type:"existingfile" placeholder:"FILE"`
	JSON   bool     `name:"json" help:"Report as JSON."`
}

// errWrong ends the program after a report that names what is wrong.
var errWrong = errors.New("this file does not prove what it says")

// Run checks the file by what it is.
func (v *verify) Run(ctx context.Context, c *command.Console) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	var head [4]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return fault.New(fault.Invalid, "verify.empty", "There is nothing in this file.")
	}
	switch {
	case bytes.Equal(head[:2], []byte("PK")):
		return v.archive(ctx, c, f)
	case bytes.Equal(head[:], []byte("%PDF")):
		return v.paper(c)
	}
	return v.receipt(c)
}

func (v *verify) archive(ctx context.Context, c *command.Console, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	roots, err := v.roots()
	if err != nil {
		return err
	}
	r, err := audit.Verify(ctx, f, info.Size(), audit.Trust{Log: v.LogKey, Seals: roots})
	if err != nil {
		return err
	}
	if v.JSON {
		if err := json.NewEncoder(c.Out).Encode(r); err != nil {
			return err
		}
	} else {
		tell(c.Out, r)
	}
	if !r.OK() {
		return errWrong
	}
	return nil
}

// tell prints a report for people: what was looked at, then what is wrong.
func tell(w io.Writer, r *audit.Report) {
	fmt.Fprintf(w, "Procedure %s, %s archive\nLog %s with %d entries, root %s\n\n", r.OCID, r.Scope, r.Origin, r.Size, r.Root)
	for _, c := range r.Checks {
		mark := "ok   "
		if !c.OK {
			mark = "WRONG"
		}
		fmt.Fprintf(w, "%s  %-28s %s", mark, c.Name, c.Text)
		if c.Subject != "" {
			fmt.Fprintf(w, " [%s]", c.Subject)
		}
		fmt.Fprintln(w)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note   %-28s %s\n", n.Name, n.Text)
	}
	wrong := len(r.Wrong())
	if wrong == 0 {
		fmt.Fprintf(w, "\nEverything in this archive proves what it says (%d kinds of checks).\n", len(r.Checks))
		return
	}
	fmt.Fprintf(w, "\n%d findings.\n", wrong)
}

func (v *verify) roots() (*x509.CertPool, error) {
	if v.Seals == "" {
		return nil, nil
	}
	b, err := os.ReadFile(v.Seals)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fault.New(fault.Invalid, "verify.seals", "The file %s holds no certificate.", v.Seals)
	}
	return pool, nil
}

func (v *verify) paper(c *command.Console) error {
	roots, err := v.roots()
	if err != nil {
		return err
	}
	b, err := os.ReadFile(v.File)
	if err != nil {
		return err
	}
	s, err := pdf.Verify(b, roots)
	if err != nil && !(roots == nil && s != nil && fault.Coded(err, "pdf.seal_untrusted")) {
		return err
	}
	if v.JSON {
		return json.NewEncoder(c.Out).Encode(map[string]any{"ok": true, "by": s.By, "reason": s.Reason, "at": s.At})
	}
	fmt.Fprintf(c.Out, "ok  The whole file is as %s sealed it on %s.\n", s.By, s.At.Format("2006-01-02 15:04:05 UTC"))
	if roots == nil {
		fmt.Fprintln(c.Out, "note  The seal's certificate was compared with nothing; give --seals.")
	}
	return nil
}

func (v *verify) receipt(c *command.Console) error {
	if len(v.LogKey) != 1 {
		return fault.New(fault.Invalid, "verify.log_key", "A receipt is checked by the log's key: give it with --log-key.")
	}
	b, err := os.ReadFile(v.File)
	if err != nil {
		return err
	}
	var saved struct {
		Receipt string `json:"receipt"`
	}
	if b[0] == '{' && json.Unmarshal(b, &saved) == nil { // as the API gives it
		b = []byte(saved.Receipt)
	}
	r, err := client.VerifyReceipt(b, v.LogKey[0])
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(c.Out).Encode(r)
	}
	fmt.Fprintf(c.Out, "ok  Entry %d of the log is this record:\n%s\n", r.Index, r.Fact.Record())
	return nil
}
