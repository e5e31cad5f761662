package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"probity/tender/event"
	"probity/tender/fault"
)

// cost is what a password hash is made with: the second choice of RFC 9106 for
// small memory, as OWASP gives it. It is written into every hash, so that it can
// be raised later; a hash at another cost still verifies.
type cost struct {
	time   uint32
	memory uint32 // KiB
	lanes  uint8
}

var today = cost{time: 2, memory: 19 << 10, lanes: 1}

// The most that a stored hash may ask of us.
var ceiling = cost{time: 8, memory: 128 << 10, lanes: 4}

// Hasher makes and checks password hashes. Each takes 19 MiB and a tenth of a
// second or two, so few run at once; who must wait too long is sent away.
type Hasher struct{ seats chan struct{} }

// NewHasher returns one that works on up to n passwords at once.
func NewHasher(n int) *Hasher { return &Hasher{make(chan struct{}, n)} }

// patience is how long a request waits for a seat.
const patience = 3 * time.Second

func (h *Hasher) sit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case h.seats <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Limited, "session.crowded", "Too many people sign in at once. Try again in a moment.").Because(ctx.Err())
	}
}

func (h *Hasher) stand() { <-h.seats }

// Hash returns a new hash in the usual text form ($argon2id$...).
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.sit(ctx); err != nil {
		return "", err
	}
	defer h.stand()
	salt := make([]byte, 16)
	rand.Read(salt)
	return today.text(salt, today.key(password, salt)), nil
}

// Matches reports whether password is the one of the hash. It takes the same
// time whatever the answer is.
func (h *Hasher) Matches(ctx context.Context, hash, password string) (bool, error) {
	c, salt, want, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	if err := h.sit(ctx); err != nil {
		return false, err
	}
	defer h.stand()
	return subtle.ConstantTimeCompare(c.key(password, salt), want) == 1, nil
}

// nobody is the hash of no password: it is checked for accounts that do not
// exist, so that the time tells nothing.
var nobody = today.text(make([]byte, 16), make([]byte, 32))

// key derives 32 bytes. Passwords are compared in one Unicode form (NFC),
// since keyboards differ in how they compose letters.
func (c cost) key(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.time, c.memory, c.lanes, 32)
}

func (c cost) text(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.lanes,
		b.EncodeToString(salt), b.EncodeToString(key))
}

func parseHash(s string) (c cost, salt, key []byte, err error) {
	bad := fmt.Errorf("people: this is no password hash that we make")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); err != nil {
		return c, nil, nil, bad
	}
	salt, err1 := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	within := c.time > 0 && c.time <= ceiling.time && c.lanes > 0 && c.lanes <= ceiling.lanes &&
		c.memory >= 8*uint32(c.lanes) && c.memory <= ceiling.memory
	if err1 != nil || err2 != nil || !within || len(salt) != 16 || len(key) != 32 || c.text(salt, key) != s {
		return c, nil, nil, bad
	}
	return c, salt, key, nil
}

// CheckPassword refuses what is guessed first. There is no rule about kinds of
// characters, as these make passwords worse (NIST SP 800-63B 3.1.1).
func CheckPassword(path, password, email string) *fault.Error {
	n := utf8.RuneCountInString(password)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	switch low := strings.ToLower(password); {
	case n < 12:
		return fault.Field("password.short", path, "A password has at least 12 characters.")
	case n > 200:
		return fault.Field("password.long", path, "A password has at most 200 characters.")
	case len(distinct) < 6:
		return fault.Field("password.simple", path, "This password repeats itself too much.")
	case len(local) > 3 && strings.Contains(low, local):
		return fault.Field("password.name", path, "Do not use your e-mail address in the password.")
	}
	return nil
}

// ChangePassword needs the old one. All sessions of the person end.
func (s *Service) ChangePassword(ctx context.Context, id Identity, old, password string) (Signed, error) {
	c, now, err := s.account(ctx, id)
	if err != nil {
		return Signed{}, err
	}
	if err := s.slow(ctx, now, "password "+c.ID); err != nil {
		return Signed{}, err
	}
	switch ok, err := s.Hasher.Matches(ctx, c.Password, old); {
	case err != nil:
		return Signed{}, err
	case !ok:
		return Signed{}, fault.Field("password.wrong", "old", "This is not your password.")
	}
	if err := s.setPassword(ctx, c, password); err != nil {
		return Signed{}, err
	}
	c.Renewed = now
	if err := s.credentials().Put(ctx, c, event.New("account.password", "", c.ID, now, map[string]any{"user": c.ID})); err != nil {
		return Signed{}, err
	}
	return s.open(ctx, c.ID, now, id.Half)
}

func (s *Service) setPassword(ctx context.Context, c *credential, password string) error {
	u, err := s.Users.Get(ctx, c.ID)
	if err != nil {
		return err
	}
	if f := CheckPassword("password", password, u.Email); f != nil {
		return f
	}
	c.Password, err = s.Hasher.Hash(ctx, password)
	return err
}
