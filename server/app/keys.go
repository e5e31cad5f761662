package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"probity/documents/ledger"
	"probity/tender/fault"
	"probity/tender/store"
)

const keysKind = "keys"

// keys is what a platform remembers of its keys: their prints, from which no
// key can be found. All servers of a platform have the same; one that has
// others would hand out addresses that the rest refuse, and could not read what
// they have locked away.
type keys struct {
	store.Root // ID is "keys"

	Prints map[string]string `json:"prints"` // by the name of the file
}

// Keys: there is one such document.
func (*keys) Keys() store.Keys { return nil }

// printOf tells one key from another.
func printOf(name string, key []byte) string {
	h := sha256.Sum256(append([]byte("probity key print\n"+name+"\n"), key...))
	return hex.EncodeToString(h[:])
}

// secret reads one of the platform's keys, or makes it at the first start of
// the platform.
func (a *App) secret(ctx context.Context, name string) ([]byte, error) {
	if err := a.notLost(ctx, name); err != nil {
		return nil, err
	}
	b, err := a.secrets().read(a.Config.Key(name), random)
	if err != nil {
		return nil, err
	}
	return b, a.sameKey(ctx, name, printOf(name, b))
}

// secrets are the files of the key folder. In one that is apart from the data,
// as secrets that a cluster hands out are, the group may read.
func (a *App) secrets() secretFiles {
	return secretFiles{apart: a.Config.KeyFolder() != a.Config.Data}
}

// notLost refuses to make a key anew that the platform has had.
func (a *App) notLost(ctx context.Context, name string) error {
	_, err := os.Stat(a.Config.Key(name))
	if !errors.Is(err, fs.ErrNotExist) || a.Config.NewKeys {
		return nil
	}
	known, err := a.knownKeys(ctx)
	if err != nil || known.Prints[name] == "" {
		return err
	}
	return fault.New(fault.Conflict, "keys.missing",
		"The platform has a %s, and there is none in %s. Put it there, or start once with new_keys to go on with another.", name, a.Config.KeyFolder())
}

func (a *App) knownKeys(ctx context.Context) (*keys, error) {
	known, err := shelf[keys](a.Engine, keysKind).Get(ctx, "keys")
	if errors.Is(err, &fault.Error{Code: "keys.missing"}) {
		return &keys{Root: store.Root{ID: "keys"}}, nil
	}
	return known, err
}

// sameKey refuses a key that is not the one that the platform has, and
// remembers the first.
func (a *App) sameKey(ctx context.Context, name, print string) error {
	for {
		known, err := a.knownKeys(ctx)
		if err != nil {
			return err
		}
		switch was := known.Prints[name]; {
		case was == print:
			return nil
		case was != "" && !a.Config.NewKeys:
			return fault.New(fault.Conflict, "keys.other",
				"The %s in %s is not the one that the platform has. Put that one there, or stop all servers and start one with new_keys.", name, a.Config.KeyFolder())
		}
		if known.Prints == nil {
			known.Prints = map[string]string{}
		}
		known.Prints[name] = print
		err = shelf[keys](a.Engine, keysKind).Put(ctx, known)
		if f := fault.From(err); err != nil && (f.Kind == fault.Stale || f.Code == "keys.taken") {
			continue // another server started with us
		}
		return err
	}
}

// logKeys reads the key of the log, and the old ones that it takes over from:
// log.key, log.key.1, log.key.2 ... To rotate, stop all servers, rename log.key
// to log.key.1 (and the others one further) and start again: the log records the
// change, signed by the old key, and checkpoints carry both signatures while
// both are here.
func (a *App) logKeys(ctx context.Context) ([]ledger.Key, error) {
	path, files := a.Config.Key("log.key"), a.secrets()
	head, err := a.Engine.Head(ctx)
	if err != nil {
		return nil, err
	}
	if head.Size > 0 && !there(path) && !there(path+".1") {
		return nil, fault.New(fault.Conflict, "keys.missing", "The log has a key, and there is none in %s: log.key is missing.", a.Config.KeyFolder())
	}
	var list []ledger.Key
	for n, name := 0, path; n == 0 || there(name); name = fmt.Sprintf("%s.%d", path, n) {
		b, err := files.read(name, func() ([]byte, error) {
			s, err := ledger.NewKey(a.Config.Origin)
			return []byte(s + "\n"), err
		})
		if err != nil {
			return nil, err
		}
		k, err := ledger.ReadKey(string(b))
		if err != nil {
			return nil, err
		}
		list = append(list, k)
		n++
	}
	return list, nil
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
