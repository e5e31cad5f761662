// Package command is what bidders and openers do on the command line, against a
// server somewhere else: keygen, seal, submit, open. Each command is a struct
// of flags with a Run method; server/main.go puts them together.
//
// Start with submit.go, which is the life of a bid in thirty lines. Everything
// that matters is done by package client; here are flags, passphrases, progress
// bars and sentences. A command prints its result on standard output, as text
// or with --json as one object, everything else on standard error, and fails
// with one sentence and a stable code.
//
// Secrets come from files or from the terminal, never from arguments, which
// other people of the machine could read.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"probity/server/client"
	"probity/tender/fault"
)

// Console is where a command talks to a person.
type Console struct {
	Out io.Writer // results
	Err io.Writer // everything else

	// Bars tells that Err is a terminal, on which progress is drawn.
	Bars bool

	// Ask reads a line that is not shown while it is typed. It is nil where
	// nobody sits at a terminal.
	Ask func(prompt string) (string, error)
}

// Terminal is the console of this process.
func Terminal() *Console {
	c := &Console{Out: os.Stdout, Err: os.Stderr, Bars: term.IsTerminal(int(os.Stderr.Fd()))}
	if in := int(os.Stdin.Fd()); term.IsTerminal(in) {
		c.Ask = func(prompt string) (string, error) {
			fmt.Fprint(c.Err, prompt)
			b, err := term.ReadPassword(in)
			fmt.Fprintln(c.Err)
			return string(b), err
		}
	}
	return c
}

// say writes a line for the person.
func (c *Console) say(format string, args ...any) { fmt.Fprintf(c.Err, format+"\n", args...) }

// Output chooses how a result is written.
type Output struct {
	JSON bool `help:"Print the result as one JSON object."`
}

// result prints v as JSON, or the lines of text.
func (o Output) result(c *Console, v any, lines ...string) error {
	if !o.JSON {
		for _, l := range lines {
			if _, err := fmt.Fprintln(c.Out, l); err != nil {
				return err
			}
		}
		return nil
	}
	e := json.NewEncoder(c.Out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Explain is an error as one sentence with its code, and the fields that are
// wrong below it.
func Explain(err error) string {
	f := fault.From(err)
	if f.Code == "internal" {
		return err.Error()
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%s (%s)", f.Text, f.Code)
	for _, path := range slices.Sorted(maps.Keys(f.Field)) {
		if f.Field[path] != f.Text {
			fmt.Fprintf(&s, "\n  %s: %s", path, f.Field[path])
		}
	}
	if f.Kind == fault.Internal || f.Kind == fault.Busy {
		if f.Err != nil {
			fmt.Fprintf(&s, "\n  %v", f.Err)
		}
	}
	return s.String()
}

// Remote says which server a command talks to, and as whom.
type Remote struct {
	Server    string   `help:"Address of the server, such as https://tenders.example.org." env:"PROBITY_SERVER" placeholder:"URL"`
	TokenFile string   `help:"File that holds an API token." env:"PROBITY_TOKEN_FILE" type:"path" placeholder:"FILE"`
	As        string   `help:"Organisation to act for, or ORGANISATION/ROLE." env:"PROBITY_AS"`
	Trust     string   `help:"File that remembers which log is trusted; by default one per server in your configuration folder." env:"PROBITY_TRUST" type:"path" placeholder:"FILE"`
	LogKey    []string `help:"Verifier key of the log. Without one, the first that is seen is trusted." placeholder:"VKEY" sep:"none"`
}

// connect makes the client. Nothing is sent yet.
func (r Remote) connect() (*client.Client, error) {
	if r.Server == "" {
		return nil, fault.New(fault.Invalid, "command.server", "Name the server with --server.")
	}
	c := &client.Client{Base: r.Server, As: r.As}
	if r.TokenFile != "" {
		token, err := secret(r.TokenFile)
		if err != nil {
			return nil, err
		}
		c.Token = token
	}
	file, err := r.trustFile()
	if err != nil {
		return nil, err
	}
	if c.Log, err = client.OpenLog(file); err != nil {
		return nil, err
	}
	if len(r.LogKey) > 0 {
		err = c.Log.Pin(r.LogKey...)
	}
	return c, err
}

func (r Remote) trustFile() (string, error) {
	if r.Trust != "" {
		return r.Trust, nil
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fault.New(fault.Invalid, "command.trust", "Name with --trust the file that remembers which log is trusted.").Because(err)
	}
	name := strings.NewReplacer("://", "-", ":", "-", "/", "-").Replace(strings.TrimSuffix(r.Server, "/"))
	return filepath.Join(folder, "probity", "log-"+name+".json"), nil
}

// signedIn is connect for commands that act for somebody.
func (r Remote) signedIn() (*client.Client, error) {
	if r.TokenFile == "" {
		return nil, fault.New(fault.Invalid, "command.token", "Name with --token-file the file that holds your API token.")
	}
	return r.connect()
}

// tellTrust tells the person which log is trusted from now on.
func tellTrust(c *Console, before string, l *client.Log) {
	if before == "" && l.Origin() != "" {
		c.say("Trusting the log %s from now on, by the key %s. Compare it with what the platform publishes elsewhere.",
			l.Origin(), strings.Join(l.Keys(), " "))
	}
}

// VerifyReceipt checks a receipt in a file, offline, by the log's verifier key.
func VerifyReceipt(file, vkey string) (*client.Receipt, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.New(fault.Missing, "file.missing", "The file %s cannot be read.", file).Because(err)
	}
	return client.VerifyReceipt(b, vkey)
}

// interrupted turns the end of a context into a sentence.
func interrupted(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return fault.New(fault.Busy, "command.interrupted", "Stopped. What has arrived stays; run the command again to go on.").Because(err)
	}
	return err
}
