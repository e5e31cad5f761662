package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"probity/documents/blob"
)

// failed says what the file system has refused in the course of op. One without
// room is the operator's to mend, and no mistake of whoever asked.
func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("dir: %s: %w", op, err)
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			return blob.ErrFull.Because(err)
		}
	}
	return err
}

// mkdirs makes a folder below the root and makes its name durable, with those
// above it. A folder that is there may have been made by a process that was
// killed before it could do so; so each is done once per process.
func (s *Store) mkdirs(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.durable[name] {
		return nil
	}
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != filepath.Separator || s.durable[name[:i]] {
			continue
		}
		path := s.path(name[:i])
		if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return failed("make folder", err)
		}
		if err := syncDir(filepath.Dir(path)); err != nil {
			return err
		}
		if len(s.durable) > 10_000 {
			clear(s.durable)
		}
		s.durable[name[:i]] = true
	}
	return nil
}

// writeFile makes a file whose bytes are durable before it has its name, so
// that a file that does not read is damaged, and not one that a crash cut off.
// That the name is durable is for the caller to see to.
func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return failed("write", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return failed("write", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return failed("write", err)
	}
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return failed("open folder", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return failed("sync folder", err)
	}
	return nil
}
