package web

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/store"
)

// attempt is one creation under an Idempotency-Key: first that it runs, then
// what was answered. It is found by a hash, and the answer is sealed under
// another hash of the key, so that the store alone reveals neither.
type attempt struct {
	store.Root

	Asked   string    `json:"asked"` // hash of the request
	Began   time.Time `json:"began"`
	Expires time.Time `json:"expires"`
	Sealed  []byte    `json:"sealed,omitempty"` // the answer; none while it runs
}

// Keys makes attempts findable by when they may be forgotten.
func (a *attempt) Keys() store.Keys { return store.Keys{"expires": a.Expires.UnixMilli()} }

var attempts = store.Collection{Kind: "idempotency", Ephemeral: true, Indexes: []store.Index{
	{Name: "expires", Fields: []string{"expires"}},
}}

const (
	keepAnswer = 24 * time.Hour

	// lease is how long an attempt may run before a repetition takes over: the
	// process has died. It is longer than any route may take.
	lease = 10 * time.Minute
)

func (s *Server) attempts() store.Shelf[attempt, *attempt] {
	return store.Shelf[attempt, *attempt]{Engine: s.Engine, Kind: attempts.Kind}
}

// once runs a creation at most once per Idempotency-Key. What failed may be
// tried again under the same key; what it made half way has the same ids then
// (see Call.NewID), so nothing is made twice.
func (s *Server) once(c *Call, r *Route, body []byte, run func() (*answer, error)) (*answer, error) {
	key := c.echo.Request().Header.Get("Idempotency-Key")
	if !r.creates() || key == "" {
		return run()
	}
	if len(key) < 16 || len(key) > 128 || control(key) {
		return nil, mistaken(map[string]fault.Sentence{"Idempotency-Key": fault.Say("Send 16 to 128 characters that nobody guesses, such as a UUID.")})
	}
	secret := canon.Hash("idempotency secret", lengths(c.By.User, c.By.Org, string(c.By.Role), r.Name, c.echo.Request().URL.Path, key))
	c.seed = secret[:]
	c.ctx = store.WithIDs(c.ctx, c.NewID)
	id, lock := canon.Hash("idempotency id", c.seed), canon.Hash("idempotency lock", c.seed)
	asked := canon.Hash("idempotency request", []byte(c.echo.Request().URL.RawQuery+"\n"), body)
	a, done, err := s.begin(c, hex.EncodeToString(id[:]), hex.EncodeToString(asked[:]))
	if err != nil {
		return nil, err
	}
	if done {
		c.echo.Response().Header().Set("Idempotency-Replayed", "true")
		return unlock(lock, a.Sealed)
	}
	out, err := run()
	after := context.WithoutCancel(c.ctx)
	if err != nil {
		_ = s.attempts().Delete(after, a) // or the lease frees it
		return nil, err
	}
	if a.Sealed, err = locked(lock, out); err == nil {
		err = s.attempts().Put(after, a)
	}
	if err != nil { // it was made; a repetition will meet its id
		s.Log.WarnContext(after, "answer not kept", "request", noteOf(c.echo).id, "error", err)
	}
	return out, nil
}

// begin notes that the attempt runs, or finds that it has run.
func (s *Server) begin(c *Call, id, asked string) (*attempt, bool, error) {
	now, err := s.Engine.Time(c.ctx)
	if err != nil {
		return nil, false, err
	}
	a, err := s.attempts().Get(c.ctx, id)
	switch {
	case fault.Coded(err, "idempotency.missing"):
		a = &attempt{Root: store.Root{ID: id}}
	case err != nil:
		return nil, false, err
	case !now.Before(a.Expires):
	case a.Asked != asked:
		return nil, false, fault.New(fault.Conflict, "idempotency.reused", "This Idempotency-Key was used for another request.")
	case len(a.Sealed) > 0:
		return a, true, nil
	case now.Before(a.Began.Add(lease)):
		return nil, false, running()
	}
	a.Asked, a.Began, a.Expires, a.Sealed = asked, now, now.Add(keepAnswer), nil
	err = s.attempts().Put(c.ctx, a)
	if fault.Coded(err, "idempotency.stale") || fault.Coded(err, "idempotency.taken") {
		return nil, false, running()
	}
	return a, false, err
}

func running() error {
	return fault.New(fault.Conflict, "idempotency.running", "The same request is being worked on. Ask again in a moment.")
}

// Sweep forgets what has expired: answers to creations, sessions, and the like.
func (s *Server) Sweep(ctx context.Context) error {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	old := store.Query{Index: "expires", To: now.UnixMilli()}
	err = s.attempts().All(ctx, old, func(a *attempt) error {
		if err := s.attempts().Delete(ctx, a); err != nil && !fault.Coded(err, "idempotency.stale") {
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := (Tallies{s.Engine}).sweep(ctx, now); err != nil {
		return err
	}
	return s.People.Sweep(ctx)
}

// lengths joins parts so that no two lists of them are joined alike.
func lengths(parts ...string) []byte { return canon.Must(parts) }

func gcm(key [32]byte) cipher.AEAD {
	b, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	g, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic(err)
	}
	return g
}

func locked(key [32]byte, a *answer) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("web: keep answer: %w", err)
	}
	return gcm(key).Seal(nil, nil, plain, nil), nil
}

func unlock(key [32]byte, sealed []byte) (*answer, error) {
	plain, err := gcm(key).Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("web: kept answer: %w", err)
	}
	a := &answer{Header: http.Header{}}
	return a, json.Unmarshal(plain, a)
}
