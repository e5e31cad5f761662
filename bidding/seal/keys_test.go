package seal

import (
	"bytes"
	"strings"
	"testing"

	"filippo.io/age"

	"probity/tender/sign"
)

func TestOpenerKeyFiles(t *testing.T) {
	for _, kind := range []Kind{X25519, Hybrid} {
		key := fixedKey(t, 7, kind)
		plain, err := key.File("")
		if err != nil {
			t.Fatal(err)
		}
		for name, file := range map[string][]byte{"plain": plain, "locked": locked(t, plain)} {
			back, err := ParseOpenerKeyFile(file, "a passphrase")
			if err != nil || back.Public() != key.Public() || back.Kind() != kind {
				t.Errorf("%s: %v, %v", name, back, err)
			}
		}
		if ids, err := age.ParseIdentities(bytes.NewReader(plain)); err != nil || len(ids) != 1 {
			t.Errorf("stock age does not take the file: %v", err)
		}
		_, err = ParseOpenerKeyFile(locked(t, plain), "another")
		wantCode(t, err, "sign.passphrase")
		for sentence, file := range map[string]string{
			"small letters":    strings.ToLower(string(plain)),
			"no end of line":   strings.TrimSuffix(string(plain), "\n"),
			"two ends of line": string(plain) + "\n",
			"a comment":        "# mine\n" + string(plain),
			"a public key":     key.Public() + "\n",
			"nothing":          "",
		} {
			if _, err := ParseOpenerKeyFile([]byte(file), ""); err == nil {
				t.Errorf("%s was read", sentence)
			}
		}
	}
}

func TestNewOpenerKeysAreHybridAndLocked(t *testing.T) {
	key, err := GenerateOpenerKey()
	if err != nil {
		t.Fatal(err)
	}
	if key.Kind() != Hybrid || !strings.HasPrefix(key.Public(), "age1pq1") {
		t.Errorf("key %s", key.Public())
	}
	file, err := key.File("a passphrase")
	if err != nil || !sign.Locked(file) || bytes.Contains(file, []byte(key.Secret())) {
		t.Errorf("the key is not locked: %v", err)
	}
}
