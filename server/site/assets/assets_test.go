package assets

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, address string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestServing(t *testing.T) {
	for name, f := range files {
		if name == f.hashed {
			continue
		}
		t.Run(name, func(t *testing.T) {
			plain := get(t, Path(name))
			body, _ := io.ReadAll(plain.Body)
			if plain.StatusCode != http.StatusOK || string(body) != string(f.plain) {
				t.Fatalf("%s: %d, %d bytes", Path(name), plain.StatusCode, len(body))
			}
			if c := plain.Header.Get("Cache-Control"); !strings.Contains(c, "immutable") {
				t.Errorf("Cache-Control of the hashed name is %q", c)
			}
			if c := get(t, Root+name).Header.Get("Cache-Control"); strings.Contains(c, "immutable") {
				t.Errorf("Cache-Control of the plain name is %q", c)
			}
			if s := get(t, Path(name), "If-None-Match", plain.Header.Get("ETag")).StatusCode; s != http.StatusNotModified {
				t.Errorf("with its own ETag: %d", s)
			}
		})
	}
}

func TestCompressed(t *testing.T) {
	for accept, want := range map[string]string{"gzip, br": "gzip", "br, gzip;q=0.5": "gzip", "gzip;q=0": "", "": "", "xgzip": ""} {
		res := get(t, Path("app.css"), "Accept-Encoding", accept)
		if got := res.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: %q", accept, got)
		}
		if want == "" {
			continue
		}
		r, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(r); err != nil || string(body) != string(files["app.css"].plain) {
			t.Errorf("unpacked: %v, %d bytes", err, len(body))
		}
	}
}

func TestNothingElse(t *testing.T) {
	for _, address := range []string{"/assets/", "/assets/app.0123456789abcdef.css", "/assets/../assets.go", "/assets/dist/app.css"} {
		if res := get(t, address); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", address, res.StatusCode)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Path of a file that does not exist did not panic")
		}
	}()
	Path("nothing.css")
}

// TestBudget holds the weight of what every page loads.
func TestBudget(t *testing.T) {
	for name, most := range map[string]int{"app.css": 14_000, "site.js": 9_000} {
		if n := Size(name); n > most {
			t.Errorf("%s is %d bytes compressed, more than %d", name, n, most)
		}
	}
}

// TestNoForeignLook keeps out what belongs to the government whose components
// we use: its typeface, its crest, and anything loaded from elsewhere.
func TestNoForeignLook(t *testing.T) {
	css := string(files["app.css"].plain)
	for _, word := range []string{"GDS Transport", "@font-face", "crown", "crest", "url(http", "@import"} {
		if strings.Contains(css, word) {
			t.Errorf("the style sheet contains %q", word)
		}
	}
	if !strings.Contains(css, "Crown Copyright") || !strings.Contains(css, "MIT") {
		t.Error("the style sheet does not name whose parts it uses")
	}
}
