package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"probity/tender/fault"
	"probity/tender/sign"
)

// secret reads a one-line secret from a file.
func secret(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fault.New(fault.Missing, "file.missing", "The file %s cannot be read.", file).Because(err)
	}
	s := strings.TrimRight(string(b), "\r\n")
	if s == "" || strings.ContainsAny(s, "\r\n") || len(s) > 4096 {
		return "", fault.New(fault.Invalid, "file.secret", "The file %s must hold one line.", file)
	}
	return s, nil
}

// ask is the passphrase from the file, or from the terminal.
func (c *Console) ask(file, prompt string) (string, error) {
	if file != "" {
		return secret(file)
	}
	if c.Ask == nil {
		return "", fault.New(fault.Invalid, "command.passphrase", "A passphrase is needed, and nobody sits at a terminal. Give it in a file.")
	}
	s, err := c.Ask(prompt)
	if err != nil {
		return "", fmt.Errorf("command: read passphrase: %w", err)
	}
	return s, nil
}

// Passphrase locks a new secret file.
type Passphrase struct {
	PassphraseFile string `help:"File that holds the passphrase." type:"path" placeholder:"FILE"`
	NoPassphrase   bool   `help:"Leave the file unlocked; keep it where only you can read it."`
}

// leastPassphrase is short for a word and long for a PIN: scrypt does the rest.
const leastPassphrase = 10

// fresh is a new passphrase, typed twice.
func (p Passphrase) fresh(c *Console, what string) (string, error) {
	if p.NoPassphrase {
		if p.PassphraseFile != "" {
			return "", fault.New(fault.Invalid, "command.passphrase", "Either a passphrase or none, not both.")
		}
		return "", nil
	}
	s, err := c.ask(p.PassphraseFile, "New passphrase for "+what+": ")
	if err != nil {
		return "", err
	}
	if len([]rune(s)) < leastPassphrase {
		return "", fault.New(fault.Invalid, "command.passphrase", "A passphrase has at least %d characters.", leastPassphrase)
	}
	if p.PassphraseFile != "" {
		return s, nil
	}
	again, err := c.ask("", "The same again: ")
	if err == nil && again != s {
		err = fault.New(fault.Invalid, "command.passphrase", "The two are not the same.")
	}
	return s, err
}

// unlock reads a key file, and asks for its passphrase only if it is locked.
func unlock[K any](c *Console, file, passphraseFile string, parse func([]byte, string) (K, error)) (K, error) {
	var none K
	b, err := os.ReadFile(file)
	if err != nil {
		return none, fault.New(fault.Missing, "file.missing", "The file %s cannot be read.", file).Because(err)
	}
	passphrase := ""
	if sign.Locked(b) {
		if passphrase, err = c.ask(passphraseFile, "Passphrase for "+filepath.Base(file)+": "); err != nil {
			return none, err
		}
	}
	return parse(b, passphrase)
}
