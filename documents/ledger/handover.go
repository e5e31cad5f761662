package ledger

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// handoverHeader begins the text that hands the log over to another key. It is
// no checkpoint's: the first line of those is the origin, and their second is
// a number, so neither signature can be used as the other.
const handoverHeader = "probity-log-key/1"

// Handover returns a note in which the old key of a log names the new one. It
// goes into the log as data of an entry; from then on both keys sign for a
// while, then only the new one.
func Handover(origin string, old note.Signer, newKey string) ([]byte, error) {
	if err := checkKey(origin, newKey); err != nil {
		return nil, err
	}
	b, err := note.Sign(&note.Note{Text: handoverHeader + "\n" + origin + "\n" + newKey + "\n"}, old)
	if err != nil {
		return nil, fmt.Errorf("ledger: sign handover: %w", err)
	}
	return b, nil
}

// OpenHandover returns the key that the holder of the old one has named.
func OpenHandover(origin string, old note.Verifier, signed []byte) (newKey string, err error) {
	if len(signed) > maxNote {
		return "", fmt.Errorf("ledger: a handover of %d bytes", len(signed))
	}
	n, err := note.Open(signed, note.VerifierList(old))
	if err != nil {
		return "", fmt.Errorf("ledger: open handover: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != handoverHeader || lines[1] != origin {
		return "", fmt.Errorf("ledger: not a handover of the log %q", origin)
	}
	return lines[2], checkKey(origin, lines[2])
}

func checkKey(origin, vkey string) error {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return fmt.Errorf("ledger: key %.120q: %w", vkey, err)
	}
	if v.Name() != origin {
		return fmt.Errorf("ledger: key of %q cannot serve the log %q", v.Name(), origin)
	}
	return nil
}
