package minio

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"probity/documents/blob"
)

func FuzzSum(f *testing.F) {
	whole := b64(blob.Sum{1})
	for _, text := range []string{whole, whole + "-1", whole + "-10000", whole + "-0", whole + "-+1", whole + "-", "", "-1", whole[:40], whole[:43] + "\n="} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sum, parts, err := parseSum(text)
		if err != nil {
			return
		}
		again := b64(sum)
		if parts > 0 {
			again += fmt.Sprint("-", parts)
		}
		if again != strings.NewReplacer("\r", "", "\n", "").Replace(text) {
			t.Errorf("%q reads as %q", text, again)
		}
	})
}

func FuzzUploadID(f *testing.F) {
	f.Add(strings.Repeat("0", 32)+".ABC", "a/b")
	f.Add(strings.Repeat("0", 32)+".", "a")
	f.Fuzz(func(t *testing.T, id, key string) {
		note, store, err := names(blob.Upload{Key: key, ID: id})
		if err == nil && (!strings.HasSuffix(id, "."+store) || note != notes+id[:32]+"/"+key) {
			t.Errorf("%q of %q reads as %q, %q", id, key, note, store)
		}
	})
}

func TestPolicies(t *testing.T) {
	for text, want := range map[string]bool{
		`"*"`: true, `{"AWS":"*"}`: true, `{"AWS":["arn:aws:iam::1:root","*"]}`: true, `["*"]`: true, `{"CanonicalUser":"*"}`: true,
		`"arn:aws:iam::1:root"`: false, `{"AWS":["arn:aws:iam::1:root"]}`: false, `{}`: false, `null`: false, `{"AWS":{"deep":["*"]}}`: true,
	} {
		var p any
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		if got := everybody(p); got != want {
			t.Errorf("everybody(%s) = %v", text, got)
		}
	}
}
