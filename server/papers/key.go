package papers

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"probity/documents/pdf"
)

// The seal's files. seal.key holds the key and its certificates, so that one
// write makes both; seal.crt is a copy of the certificates, for those who
// check. An operator with a certificate of a recognised authority puts its key
// and chain, in PEM, into seal.key.
const (
	keyFile  = "seal.key"
	certFile = "seal.crt"
)

// sealKey reads the seal's key from its folder, or makes one. A key that others
// can read is refused: what it sealed would prove nothing.
func sealKey(c Config, platform string) (*pdf.Sealer, error) {
	folder, others := c.Data, fs.FileMode(0o077)
	if c.Keys != "" && c.Keys != c.Data {
		folder, others = c.Keys, 0o037
	}
	path := filepath.Join(folder, keyFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(folder, platform, c.From); err != nil {
			return nil, err
		}
		info, err = os.Stat(path)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("papers: seal key: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("papers: seal key: %s is not a file", path)
	case info.Mode().Perm()&others != 0:
		return nil, fmt.Errorf("papers: %s can be read by others (mode %o); set it to 600", path, info.Mode().Perm())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("papers: seal key: %w", err)
	}
	s, err := pdf.ParseSealer(b)
	if err != nil {
		return nil, fmt.Errorf("papers: seal key %s: %w", path, err)
	}
	return s, publish(c.Data, s.Certificates())
}

// makeKey makes a key. Of several processes that start at once, one wins and
// the others read what it made.
func makeKey(folder, platform string, from time.Time) error {
	s, err := pdf.NewSealer(platform, from)
	if err != nil {
		return err
	}
	b, err := s.Encode()
	if err != nil {
		return err
	}
	name, err := fresh(folder, keyFile, b)
	if err != nil {
		return err
	}
	defer os.Remove(name)
	err = os.Link(name, filepath.Join(folder, keyFile))
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("papers: seal key: %w", err)
	}
	return syncFolder(folder)
}

// publish writes the copy of the certificates, unless it is there.
func publish(folder string, certs []byte) error {
	path := filepath.Join(folder, certFile)
	if was, err := os.ReadFile(path); err == nil && bytes.Equal(was, certs) {
		return nil
	}
	name, err := fresh(folder, certFile, certs)
	if err != nil {
		return err
	}
	if err := os.Rename(name, path); err != nil {
		return fmt.Errorf("papers: seal certificate: %w", errors.Join(err, os.Remove(name)))
	}
	return syncFolder(folder)
}

// fresh writes b to a new file of mode 0600 that survives the loss of power,
// and returns its name.
func fresh(folder, name string, b []byte) (string, error) {
	f, err := os.CreateTemp(folder, name+".*")
	if err != nil {
		return "", fmt.Errorf("papers: seal key: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("papers: seal key: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return f.Name(), nil
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("papers: seal key: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
