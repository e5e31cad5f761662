package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeNamesRealThings: every test, folder and command that README names
// is there.
func TestReadmeNamesRealThings(t *testing.T) {
	raw, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme, tests := string(raw), testNames(t)
	for _, m := range regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(readme, -1) {
		if !tests[m[1]] {
			t.Errorf("README names the test %s, which there is not", m[1])
		}
	}
	for _, m := range regexp.MustCompile("`((?:tender|bidding|documents|server|deploy)/[a-zA-Z/._]*)`").FindAllStringSubmatch(readme, -1) {
		if _, err := os.Stat(filepath.Join("..", m[1])); err != nil {
			t.Errorf("README names %s: %v", m[1], err)
		}
	}
	commands, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`go run \./server ([a-z]+)`).FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(strings.ToLower(string(commands)), "\t"+m[1]+" ") {
			t.Errorf("README names the command %s, which there is not", m[1])
		}
	}
}

func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range declared.FindAllStringSubmatch(string(raw), -1) {
			names[m[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
