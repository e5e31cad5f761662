package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// secretFiles are files that only the operator may read.
type secretFiles struct {
	apart bool // in a folder of their own, which the group may read
}

// read returns the content of a secret, made by fresh if it is not there. Of
// several processes that start at once one makes it, and the others read that.
// A file that others can read is refused.
func (s secretFiles) read(path string, fresh func() ([]byte, error)) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		b, err := fresh()
		if err != nil {
			return nil, err
		}
		if err := writeSecret(path, b); err != nil {
			return nil, fmt.Errorf("app: there is no %s in %s, and none can be made there: %w", filepath.Base(path), filepath.Dir(path), err)
		}
		return os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("app: secret: %w", err)
	}
	others := fs.FileMode(0o077)
	if s.apart {
		others = 0o037
	}
	if mode := info.Mode().Perm(); mode&others != 0 {
		return nil, fmt.Errorf("app: %s can be read by others (mode %o); set it to 600", path, mode)
	}
	return os.ReadFile(path)
}

// writeSecret writes a file that survives the loss of power, whole or not at
// all, unless there is one.
func writeSecret(path string, b []byte) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// random makes a secret of 32 bytes.
func random() ([]byte, error) {
	b := make([]byte, 32)
	_, err := rand.Read(b)
	return b, err
}
