package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOneTermForOneThing: a thing has one name in Chinese, on pages, in refusals,
// on papers and in mail. The words on the left were used for it once.
func TestOneTermForOneThing(t *testing.T) {
	terms := map[string]string{
		"标包":   "标段",  // lot
		"停顿期":  "静默期", // standstill
		"等待期":  "静默期", // standstill
		"价格信封": "商务标", // financial envelope
		"履约节点": "里程碑", // milestone
	}
	read := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		words := strings.HasPrefix(d.Name(), "zh") && strings.HasSuffix(path, ".json")
		code := strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
		if err != nil || d.IsDir() || !words && !code {
			return err
		}
		b, err := os.ReadFile(path)
		if words {
			read++
		}
		for other, term := range terms {
			if strings.Contains(string(b), other) {
				t.Errorf("%s says %s for %s", path, other, term)
			}
		}
		return err
	})
	if err != nil || read < 15 {
		t.Errorf("%d catalogues were read: %v", read, err)
	}
}
