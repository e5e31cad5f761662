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

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/documents/pdf"
	"probity/documents/uptime"
	"probity/server/audit"
	"probity/server/client"
	"probity/server/command"
	"probity/server/web"
	"probity/tender/fault"
)

// verify checks a file offline: an archive, a receipt, or a sealed paper. No
// server is asked, and nothing of the platform's is trusted but the keys that
// are given.
type verify struct {
	File   string   `arg:"" help:"Archive (.zip), receipt, uptime record, or sealed paper (.pdf)." type:"existingfile"`
	LogKey []string `help:"Verifier key of the log, to compare the file with." placeholder:"VKEY" sep:"none"`
	Seals  string   `help:"File with the certificates (PEM) that papers must be sealed under." type:"existingfile" placeholder:"FILE"`
	JSON   bool     `name:"json" help:"Report as JSON."`
	Lang   string   `help:"Language of the findings of an archive: ${enum}." enum:"en,zh" default:"en"`
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
	say := web.Said(v.Lang)
	r = r.In(say)
	if v.JSON {
		if err := json.NewEncoder(c.Out).Encode(r); err != nil {
			return err
		}
	} else {
		tell(c.Out, r, say)
	}
	if !r.OK() {
		return errWrong
	}
	return nil
}

// tell prints a report for people: what was looked at, then what is wrong.
func tell(w io.Writer, r *audit.Report, say func(fault.Sentence) string) {
	line := func(format string, args ...any) { fmt.Fprintln(w, say(fault.Say(format, args...))) }
	title := "Procedure %s, public archive"
	if r.Scope == audit.Full {
		title = "Procedure %s, full archive"
	}
	line(title, r.OCID)
	line("Log %s with %d entries, root %s", r.Origin, r.Size, r.Root)
	fmt.Fprintln(w)
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
	fmt.Fprintln(w)
	if wrong := len(r.Wrong()); wrong > 0 {
		line("%d findings.", wrong)
		return
	}
	line("Everything in this archive proves what it says (%d kinds of checks).", len(r.Checks))
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

// uptime checks a kept uptime record.
func (v *verify) uptime(c *command.Console, b []byte) error {
	key, err := note.NewVerifier(v.LogKey[0])
	if err != nil {
		return fault.New(fault.Invalid, "verify.log_key", "This is not the verifier key of a log.").Because(err)
	}
	r, err := uptime.Read(b, ledger.Policy{Origin: key.Name(), Log: []note.Verifier{key}})
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(c.Out).Encode(r)
	}
	fmt.Fprintln(c.Out, "ok  The log proves every beat of this record.")
	for _, l := range command.UptimeLines(r) {
		fmt.Fprintln(c.Out, l)
	}
	return nil
}

func (v *verify) receipt(c *command.Console) error {
	if len(v.LogKey) != 1 {
		return fault.New(fault.Invalid, "verify.log_key", "This is checked by the log's key: give it with --log-key.")
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
	if bytes.Contains(b[:min(len(b), 100)], []byte(`"`+uptime.Form+`"`)) {
		return v.uptime(c, b)
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
