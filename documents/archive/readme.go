package archive

import (
	_ "embed"
	"strings"
)

//go:embed readme.txt
var readme string

// Readme returns the text that goes into the archive of a procedure: what is in
// it, and how to check it with ordinary tools.
func Readme(ocid, origin, scope string) []byte {
	return []byte(strings.NewReplacer("{OCID}", ocid, "{ORIGIN}", origin, "{SCOPE}", scope).Replace(readme))
}
