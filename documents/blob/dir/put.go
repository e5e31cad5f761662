package dir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"probity/documents/blob"
)

var errNotDir = syscall.ENOTDIR

// Put stores an object in one piece.
func (s *Store) Put(ctx context.Context, key string, size int64, sum blob.Sum, r io.Reader) error {
	if _, err := s.object(ctx, key); err == nil {
		return blob.ErrExists // link decides; this spares the bytes
	} else if !errors.Is(err, blob.ErrMissing) {
		return err
	}
	id := newID()
	if err := s.begin(id); err != nil {
		return err
	}
	if err := s.receive(ctx, id, 1, size, sum, r); err != nil {
		return errors.Join(err, s.drop(id))
	}
	err := s.publish(row{Key: key, ID: id, Size: size, Sum: hex.EncodeToString(sum[:]), Part: size})
	if errors.Is(err, blob.ErrExists) {
		return errors.Join(err, s.drop(id))
	}
	return err
}

// begin makes the folder of an object or upload. Its name is its own, so no
// other call waits for it.
func (s *Store) begin(id string) error {
	folder := dataDir(id)
	if err := s.mkdirs(filepath.Dir(folder)); err != nil {
		return err
	}
	if err := os.Mkdir(s.path(folder), 0o700); err != nil {
		return failed("begin", err)
	}
	return syncDir(s.path(filepath.Dir(folder)))
}

// receive stores one part, checked and durable, under its number; that the
// number is durable is for the caller to see to. What is there under that
// number was checked against the same sum, so nothing is lost by replacing it.
func (s *Store) receive(ctx context.Context, id string, n int, size int64, sum blob.Sum, r io.Reader) error {
	final := s.path(dataDir(id), partName(n))
	tmp := final + "." + newID()
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return blob.ErrUpload // it has ended meanwhile
	}
	if err != nil {
		return failed("receive", err)
	}
	defer os.Remove(tmp) // when it has its name, this finds nothing
	err = copyChecked(ctx, f, r, size, sum)
	if err == nil {
		err = failed("receive", f.Sync())
	}
	if err := errors.Join(err, failed("receive", f.Close())); err != nil {
		return err
	}
	if err := os.Rename(tmp, final); errors.Is(err, fs.ErrNotExist) {
		return blob.ErrUpload
	} else if err != nil {
		return failed("receive", err)
	}
	return nil
}

// copyChecked copies exactly size bytes with that sum.
func copyChecked(ctx context.Context, w io.Writer, r io.Reader, size int64, sum blob.Sum) error {
	h := sha256.New()
	n, err := io.CopyBuffer(io.MultiWriter(w, h), io.LimitReader(alive{ctx, r}, size+1), make([]byte, 256<<10))
	if err != nil {
		return failed("receive", err)
	}
	if n != size {
		return blob.ErrSize
	}
	if blob.Sum(h.Sum(nil)) != sum {
		return blob.ErrSum
	}
	return nil
}

// alive is a reader that ends with its context.
type alive struct {
	ctx context.Context
	r   io.Reader
}

func (a alive) Read(b []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.r.Read(b)
}

// publish gives an object its name. All bytes are durable; after the link it
// is there, and after the last sync it stays there.
func (s *Store) publish(r row) error {
	r.Stored = time.Now().UTC().Truncate(time.Second)
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("dir: publish: %w", err)
	}
	folder := s.path(dataDir(r.ID))
	object := filepath.Join(folder, "object")
	if err := writeFile(object, b); err != nil {
		return err
	}
	if err := syncDir(folder); err != nil {
		return err
	}
	path := s.keyPath(r.Key)
	parent, err := filepath.Rel(s.root, filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("dir: publish: %w", err)
	}
	if err := s.mkdirs(parent); err != nil {
		return err
	}
	if err := os.Link(object, path); errors.Is(err, fs.ErrExist) {
		return blob.ErrExists
	} else if err != nil {
		return failed("publish", err)
	}
	return syncDir(filepath.Dir(path))
}

// Get returns a range of an object.
func (s *Store) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	r, err := s.object(ctx, key)
	if err != nil {
		return nil, err
	}
	if offset < 0 || offset > r.Size || offset == r.Size && r.Size > 0 {
		return nil, blob.ErrRange
	}
	if length < 0 || length > r.Size-offset {
		length = r.Size - offset
	}
	o := &objectReader{ctx: ctx, folder: s.path(dataDir(r.ID)), left: length}
	if r.Part > 0 {
		o.next, o.skip = int(offset/r.Part)+1, offset%r.Part
	}
	if length > 0 {
		if err := o.open(); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// objectReader reads the parts one after the other.
type objectReader struct {
	ctx    context.Context
	folder string
	next   int   // part to open
	skip   int64 // bytes of it to leave out
	left   int64 // bytes still to give
	f      *os.File
}

func (o *objectReader) open() error {
	f, err := os.Open(filepath.Join(o.folder, partName(o.next)))
	if errors.Is(err, fs.ErrNotExist) {
		return blob.ErrMissing // deleted meanwhile
	}
	if err != nil {
		return fmt.Errorf("dir: get: %w", err)
	}
	if _, err := f.Seek(o.skip, io.SeekStart); err != nil {
		f.Close()
		return fmt.Errorf("dir: get: %w", err)
	}
	o.f, o.next, o.skip = f, o.next+1, 0
	return nil
}

func (o *objectReader) Read(b []byte) (int, error) {
	if o.left == 0 {
		return 0, io.EOF
	}
	if err := o.ctx.Err(); err != nil {
		return 0, err
	}
	if o.f == nil {
		if err := o.open(); err != nil {
			return 0, err
		}
	}
	n, err := o.f.Read(b[:min(int64(len(b)), o.left)])
	o.left -= int64(n)
	if err == io.EOF {
		err = o.Close()
	}
	return n, err
}

func (o *objectReader) Close() error {
	if o.f == nil {
		return nil
	}
	f := o.f
	o.f = nil
	return f.Close()
}
