package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"probity/tender/fault"
	"probity/tender/store"
)

// format names the form of everything in the file.
const format = "probity-bolt/1"

// mapSizes are the sizes of the memory map to try, in bytes. The largest lets the
// file grow without a new map, which would have to wait for all readers. It
// costs address space, not memory; where that is limited, less must do.
var mapSizes = []int64{64 << 30, 8 << 30, 1 << 30, 0}

// lag is how far the last write may be ahead of the wall clock at start.
const lag = 10 * time.Minute

// Open opens the store in the file at path, and makes it if there is none.
// A file that another process has open gives a Conflict with code
// "store.locked"; one that is no store of ours, "store.foreign"; one whose
// last write is of the future, "store.clock". Indexes that are new or were
// declared otherwise are built; that fails with "store.unique" if documents
// share values that now must be unique.
func Open(path string, kinds []store.Collection, o Options) (*Engine, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	db, err := openFile(path)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		db:      db,
		kinds:   make(map[string]store.Collection, len(kinds)),
		clock:   clock{now: o.Now},
		queue:   make(chan *write, 4*maxBatch),
		done:    make(chan struct{}),
		waiting: make(map[string][]byte),
	}
	if err := e.prepare(kinds, o); err != nil {
		db.Close()
		return nil, err
	}
	go e.commit()
	return e, nil
}

func openFile(path string) (*bbolt.DB, error) {
	_, statErr := os.Stat(path)
	var err error
	for _, size := range mapSizes {
		if int64(int(size)) != size {
			continue // more than this machine can address
		}
		var db *bbolt.DB
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:         500 * time.Millisecond,
			FreelistType:    bbolt.FreelistMapType,
			InitialMmapSize: int(size),
		})
		switch {
		case err == nil && errors.Is(statErr, os.ErrNotExist):
			return db, syncDir(filepath.Dir(path)) // or a power cut takes the whole file
		case err == nil:
			return db, nil
		case errors.Is(err, bolterrors.ErrTimeout):
			return nil, fault.New(fault.Conflict, "store.locked", "Another process has the store %s open. Stop it first.", path).Because(err)
		case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
			return nil, foreign(path).Because(err)
		}
	}
	return nil, fmt.Errorf("bolt: open %s: %w", path, err)
}

func foreign(path string) *fault.Error {
	return fault.New(fault.Conflict, "store.foreign", "The file %s is not a store of this program.", path)
}

// prepare makes the buckets and indexes and reads what is kept in memory.
func (e *Engine) prepare(kinds []store.Collection, o Options) error {
	return e.db.Update(func(tx *bbolt.Tx) error {
		if err := e.greet(tx, o); err != nil {
			return err
		}
		for _, b := range [][]byte{outbox, entryRows, entryOf, entryOn, tileRows} {
			if _, err := tx.CreateBucketIfNotExists(b); err != nil {
				return fmt.Errorf("bolt: make bucket %s: %w", b, err)
			}
		}
		for _, c := range kinds {
			e.kinds[c.Kind] = c
			if err := declare(tx, c); err != nil {
				return err
			}
		}
		return tx.Bucket(outbox).ForEach(func(k, v []byte) error {
			f, err := readFact(v)
			if err != nil {
				return fmt.Errorf("bolt: fact %x of the outbox: %w", k, err)
			}
			e.waiting[f.ID] = append([]byte(nil), k...)
			return nil
		})
	})
}

// greet checks that the file is ours and of this form, and sets the clock.
func (e *Engine) greet(tx *bbolt.Tx, o Options) error {
	meta := tx.Bucket(metaRows)
	if meta == nil {
		if k, _ := tx.Cursor().First(); k != nil {
			return foreign(e.db.Path())
		}
		var err error
		if meta, err = tx.CreateBucket(metaRows); err != nil {
			return fmt.Errorf("bolt: make bucket meta: %w", err)
		}
		if err := meta.Put(keyFormat, []byte(format)); err != nil {
			return fmt.Errorf("bolt: write format: %w", err)
		}
	}
	if got := string(meta.Get(keyFormat)); got != format {
		return foreign(e.db.Path()).Because(fmt.Errorf("bolt: format is %q, want %q", got, format))
	}
	last := readTime(meta.Get(keyClock))
	if ahead := last.Sub(o.Now()); ahead > lag && !o.ClockMayLag {
		return fault.New(fault.Conflict, "store.clock", "The last change was stored %s ahead of this machine's clock. Set the clock, then start again.", ahead.Round(time.Second))
	}
	e.clock.last = last
	return nil
}

// syncDir makes the names in a folder survive the loss of power.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("bolt: open folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("bolt: sync folder %s: %w", path, err)
	}
	return nil
}
