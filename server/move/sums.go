package move

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"probity/tender/fault"
)

// hashers is how many files are read at a time.
const hashers = 4

// sumsOf hashes every file of a folder but the list itself, by path with
// slashes.
func sumsOf(ctx context.Context, dir string, tell Tell) (map[string]string, error) {
	var mu sync.Mutex
	var done atomic.Int64
	sums := map[string]string{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(hashers)
	err := filepath.WalkDir(dir, func(path string, x fs.DirEntry, err error) error {
		if err != nil || x.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(dir, path)
		if name = filepath.ToSlash(name); err != nil || name == sumsName {
			return err
		}
		if !x.Type().IsRegular() {
			return damaged("%s in the backup is not a file.", name)
		}
		group.Go(func() error {
			sum, err := sumOf(path)
			mu.Lock()
			defer mu.Unlock()
			sums[name] = sum
			tell.tell("checksums", done.Add(1), 0)
			return err
		})
		return nil
	})
	if err = errors.Join(err, group.Wait()); err != nil {
		return nil, fmt.Errorf("move: checksums: %w", err)
	}
	return sums, nil
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{f}, make([]byte, 1<<20))
	return hex.EncodeToString(h.Sum(nil)), err
}

// writeSums seals a backup: from here on it is one.
func writeSums(ctx context.Context, dir string, tell Tell) error {
	sums, err := sumsOf(ctx, dir, tell)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&b, "%s  %s\n", sums[name], name)
	}
	return writeFile(filepath.Join(dir, sumsName), b.Bytes())
}

// checkSums reads a whole backup and refuses one in which a file has changed,
// is missing, or was not there before. It returns the hash of the list, which
// names this very backup.
func checkSums(ctx context.Context, dir string, tell Tell) (name string, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, sumsName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fault.New(fault.Missing, "backup.unfinished", "%s is not a finished backup: there is no %s in it.", dir, sumsName)
	}
	if err != nil {
		return "", fmt.Errorf("move: checksums: %w", err)
	}
	want, err := parseSums(raw)
	if err != nil {
		return "", err
	}
	got, err := sumsOf(ctx, dir, tell)
	if err != nil {
		return "", err
	}
	for file, sum := range want {
		switch is, there := got[file]; {
		case !there:
			return "", damaged("The backup is damaged: %s is missing.", file)
		case is != sum:
			return "", damaged("The backup is damaged: %s has changed.", file)
		}
	}
	for file := range got {
		if _, ok := want[file]; !ok {
			return "", damaged("The backup is damaged: %s is not in its list.", file)
		}
	}
	h := sha256.Sum256(raw)
	return hex.EncodeToString(h[:]), nil
}

func parseSums(raw []byte) (map[string]string, error) {
	want := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for lines.Scan() {
		sum, file, ok := strings.Cut(lines.Text(), "  ")
		if b, err := hex.DecodeString(sum); !ok || err != nil || len(b) != sha256.Size || file == "" {
			return nil, damaged("The list of checksums is damaged: %.120q.", lines.Text())
		}
		want[file] = sum
	}
	for _, file := range []string{metadataName, noteName} {
		if want[file] == "" {
			return nil, damaged("The list of checksums is damaged: %s is not in it.", file)
		}
	}
	return want, lines.Err()
}
