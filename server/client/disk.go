package client

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"probity/tender/fault"
)

// create writes a new file durably and never overwrites one. Equal bytes that
// are there already are no error.
func create(name string, b []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		if was, err := os.ReadFile(name); err == nil && string(was) == string(b) {
			return nil
		}
		return fault.New(fault.Conflict, "file.exists", "%s exists already and is not overwritten.", name)
	}
	if err != nil {
		return fmt.Errorf("client: write %s: %w", name, err)
	}
	if err := finish(f, b); err != nil {
		os.Remove(name)
		return err
	}
	syncDir(filepath.Dir(name))
	return nil
}

// replace writes a file in one step: readers see the old or the new one.
func replace(name string, b []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("client: write %s: %w", name, err)
	}
	err = errors.Join(f.Chmod(mode), finish(f, b))
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("client: write %s: %w", name, err)
	}
	syncDir(filepath.Dir(name))
	return nil
}

// finish writes b, waits until it is durable and closes f.
func finish(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("client: write %s: %w", f.Name(), err)
	}
	return nil
}

// syncDir makes names in a folder durable. Some systems cannot, and need not.
func syncDir(name string) {
	if d, err := os.Open(name); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// slurp reads a small file, and refuses one above limit bytes.
func slurp(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, fault.New(fault.Missing, "file.missing", "There is no file %s.", name)
	}
	if err != nil {
		return nil, fmt.Errorf("client: read %s: %w", name, err)
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fault.New(fault.TooLarge, "file.size", "%s is not a file of up to %d bytes.", name, limit)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("client: read %s: %w", name, err)
	}
	return b, nil
}
