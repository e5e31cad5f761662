package seal

import (
	"embed"
	"encoding/hex"
	"io/fs"
	"strings"

	"probity/tender/canon"
)

//go:embed *.go
var sources embed.FS

// CodeHash is hex H("code", name, 0x0A, content, ... of every source file of
// this package, tests left out, by name): it names the code that seals. The
// platform puts it into its log, so that a change of that code shows.
func CodeHash() string {
	names, err := fs.Glob(sources, "*.go") // sorted
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var parts [][]byte
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		content, err := sources.ReadFile(name)
		if err != nil {
			panic(err) // it is embedded
		}
		parts = append(parts, []byte(name+"\n"), content)
	}
	h := canon.Hash("code", parts...)
	return hex.EncodeToString(h[:])
}
