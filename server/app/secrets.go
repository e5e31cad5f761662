package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"probity/documents/ledger"
)

// secretFile returns the content of a file that only the operator may read,
// made by fresh at the first start. It refuses a file that others can read.
func secretFile(path string, fresh func() ([]byte, error)) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b, err := fresh()
		if err != nil {
			return nil, err
		}
		return b, writeSecret(path, b)
	case err != nil:
		return nil, fmt.Errorf("app: secret: %w", err)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("app: %s can be read by others (mode %o); set it to 600", path, info.Mode().Perm())
	}
	return os.ReadFile(path)
}

// writeSecret writes a new file that survives the loss of power.
func writeSecret(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("app: secret: %w", err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if dir, derr := os.Open(filepath.Dir(path)); derr == nil {
		err = errors.Join(err, dir.Sync(), dir.Close())
	}
	return err
}

// random makes a secret of 32 bytes.
func random() ([]byte, error) {
	b := make([]byte, 32)
	_, err := rand.Read(b)
	return b, err
}

// logKey reads, or makes, the key of the log.
func logKey(path, origin string) (ledger.Key, error) {
	b, err := secretFile(path, func() ([]byte, error) {
		s, err := ledger.NewKey(origin)
		return []byte(s + "\n"), err
	})
	if err != nil {
		return ledger.Key{}, err
	}
	return ledger.ReadKey(string(b))
}

// logKeys reads the key of the log, and the old ones that it takes over from:
// log.key, log.key.1, log.key.2 ... To rotate, rename log.key to log.key.1 (and
// the others one further) and start again: the log records the change, signed
// by the old key, and checkpoints carry both signatures while both are here.
func logKeys(path, origin string) ([]ledger.Key, error) {
	first, err := logKey(path, origin)
	if err != nil {
		return nil, err
	}
	list := []ledger.Key{first}
	for n := 1; ; n++ {
		old := fmt.Sprintf("%s.%d", path, n)
		if _, err := os.Stat(old); errors.Is(err, fs.ErrNotExist) {
			return list, nil
		}
		k, err := logKey(old, origin)
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
}
