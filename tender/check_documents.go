package tender

import (
	"regexp"
	"strings"

	"probity/tender/fault"
	"probity/tender/text"
)

var (
	sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)
	mediaForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9.+-]{0,126}/[a-z0-9][a-z0-9.+-]{0,126}$`)
)

// maxSize is far above what a file may have, and what JSON can say exactly.
const maxSize = 1 << 40

func (n *Notice) checkDocuments() *fault.Error {
	if len(n.Documents) > MaxDocuments {
		return fault.Field("notice.documents", "documents", "A notice has at most %d documents.", MaxDocuments)
	}
	var seen []string
	for i, d := range n.Documents {
		at := "documents[" + itoa(i) + "]"
		if f := named(at, d.ID, seen); f != nil {
			return f
		}
		seen = append(seen, d.ID)
		if f := needLine(at+".title", d.Title); f != nil {
			return f
		}
		if !idForm.MatchString(d.Type) {
			return fault.Field("document.type", at+".type", "Say what kind of document this is, in the words of OCDS.")
		}
		if len(d.Versions) == 0 || len(d.Versions) > MaxVersions {
			return fault.Field("document.versions", at+".versions", "A document has 1 to %d versions.", MaxVersions)
		}
		for j, v := range d.Versions {
			if f := v.check(at+".versions["+itoa(j)+"]", j+1); f != nil {
				return f
			}
		}
	}
	return nil
}

func (v Version) check(path string, number int) *fault.Error {
	switch {
	case v.Number != number:
		return fault.Field("document.number", path+".number", "Versions are numbered from 1 without gaps.")
	case !fileName(v.Name):
		return fault.Field("document.name", path+".name", "This cannot be the name of a file everywhere.")
	case !mediaForm.MatchString(v.Media):
		return fault.Field("document.media", path+".media", "Give a media type such as application/pdf.")
	case v.Size < 1 || v.Size > maxSize:
		return fault.Field("document.size", path+".size", "A file is not empty.")
	case !sha256Form.MatchString(v.SHA256):
		return fault.Field("document.hash", path+".sha256", "The SHA-256 of a file is 64 digits of lower-case hex.")
	case v.At.UTC().Year() < firstYear || v.At.UTC().Year() > lastYear:
		return fault.Field("document.at", path+".at", "Say when the file was uploaded.")
	}
	return nil
}

// fileName reports whether s is a name, and no path, on every system on which
// a bidder may store the file.
func fileName(s string) bool {
	return text.CheckLine("", s, MaxName) == nil && len(s) <= 255 && !strings.ContainsAny(s, `/\:*?"<>|`) &&
		s[0] != '.' && s[len(s)-1] != '.'
}
