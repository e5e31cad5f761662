package dir

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"probity/documents/blob"
)

// Create begins an upload.
func (s *Store) Create(ctx context.Context, key string, p blob.Plan) (blob.Upload, error) {
	if err := p.Check(); err != nil {
		return blob.Upload{}, err
	}
	if _, err := s.object(ctx, key); err == nil {
		return blob.Upload{}, blob.ErrExists
	} else if !errors.Is(err, blob.ErrMissing) {
		return blob.Upload{}, err
	}
	u := blob.Upload{Key: key, ID: newID(), Plan: p}
	if err := s.begin(u.ID); err != nil {
		return blob.Upload{}, err
	}
	b, err := json.Marshal(rowOf(u))
	if err != nil {
		return blob.Upload{}, failed("create", err)
	}
	folder := s.path(dataDir(u.ID))
	if err := writeFile(filepath.Join(folder, "upload"), b); err != nil {
		return blob.Upload{}, err
	}
	return u, syncDir(folder)
}

func rowOf(u blob.Upload) row {
	sum := u.Plan.Sum()
	return row{Key: u.Key, ID: u.ID, Size: u.Plan.Size, Sum: hex.EncodeToString(sum[:]), Parts: len(u.Plan.Sums), Part: u.Plan.Part}
}

// going returns the row of an upload that goes on, or ErrUpload. The caller's
// plan is the one it began with, or it is another upload: the sum of the whole
// depends on every part's.
func (s *Store) going(ctx context.Context, u blob.Upload) (row, error) {
	if err := ctx.Err(); err != nil {
		return row{}, err
	}
	if !idForm.MatchString(u.ID) {
		return row{}, blob.ErrUpload
	}
	r, err := readRow(s.path(dataDir(u.ID), "upload"))
	if absent(err) {
		return r, blob.ErrUpload
	}
	if err == nil && r != rowOf(u) {
		return r, blob.ErrUpload
	}
	return r, err
}

// Target is none: this store cannot be reached from outside.
func (s *Store) Target(ctx context.Context, u blob.Upload, n int, _ time.Duration) (blob.Target, error) {
	if _, err := s.going(ctx, u); err != nil {
		return blob.Target{}, err
	}
	if u.Plan.Len(n) == 0 {
		return blob.Target{}, blob.ErrPart
	}
	return blob.Target{}, nil
}

// PutPart stores a part.
func (s *Store) PutPart(ctx context.Context, u blob.Upload, n int, r io.Reader) error {
	if _, err := s.going(ctx, u); err != nil {
		return err
	}
	if u.Plan.Len(n) == 0 {
		return blob.ErrPart
	}
	if err := s.receive(ctx, u.ID, n, u.Plan.Len(n), u.Plan.Sums[n-1], r); err != nil {
		return err
	}
	return syncDir(s.path(dataDir(u.ID)))
}

// Parts lists the parts that are there.
func (s *Store) Parts(ctx context.Context, u blob.Upload) ([]blob.Present, error) {
	if _, err := s.going(ctx, u); err != nil {
		return nil, err
	}
	return s.present(u.ID)
}

func (s *Store) present(id string) ([]blob.Present, error) {
	files, err := os.ReadDir(s.path(dataDir(id)))
	if absent(err) {
		return nil, blob.ErrUpload
	}
	if err != nil {
		return nil, fmt.Errorf("dir: list parts: %w", err)
	}
	var list []blob.Present
	for _, f := range files { // sorted by name, and so by number
		n, err := strconv.Atoi(f.Name())
		if err != nil || partName(n) != f.Name() {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return nil, fmt.Errorf("dir: list parts: %w", err)
		}
		list = append(list, blob.Present{N: n, Size: info.Size()})
	}
	return list, nil
}

// Complete makes the object of the parts. They stay where they are, however
// large; only the name is new.
func (s *Store) Complete(ctx context.Context, u blob.Upload) (blob.Info, error) {
	s.ends.Lock()
	defer s.ends.Unlock()
	r, err := s.going(ctx, u)
	if err != nil {
		return blob.Info{}, err
	}
	there, err := s.present(u.ID)
	if err != nil {
		return blob.Info{}, err
	}
	if len(there) != len(u.Plan.Sums) {
		return blob.Info{}, blob.ErrIncomplete
	}
	for i, p := range there {
		if p.N != i+1 || p.Size != u.Plan.Len(p.N) {
			return blob.Info{}, blob.ErrIncomplete
		}
	}
	if err := s.publish(r); err != nil {
		return blob.Info{}, err
	}
	info, err := s.Head(ctx, u.Key)
	if err != nil {
		return blob.Info{}, err
	}
	return info, s.ended(u.ID)
}

// ended closes an upload whose object has its name. If a crash prevents it,
// Sweep does it.
func (s *Store) ended(id string) error {
	folder := s.path(dataDir(id))
	if err := os.Remove(filepath.Join(folder, "upload")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("dir: end upload: %w", err)
	}
	return syncDir(folder)
}

// Abort ends an upload.
func (s *Store) Abort(ctx context.Context, u blob.Upload) error {
	s.ends.Lock()
	defer s.ends.Unlock()
	r, err := s.going(ctx, u)
	if errors.Is(err, blob.ErrUpload) {
		return nil
	}
	if err != nil {
		return err
	}
	named, err := s.named(r)
	if err != nil {
		return err
	}
	if named { // a crash came between the name and the end of the upload
		return s.ended(u.ID)
	}
	return s.drop(u.ID)
}

// named reports whether the key of a row leads to its bytes.
func (s *Store) named(r row) (bool, error) {
	holder, err := readRow(s.keyPath(r.Key))
	if absent(err) {
		return false, nil
	}
	return err == nil && holder.ID == r.ID, err
}
