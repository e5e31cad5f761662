package site

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// small is what compressing makes no smaller.
const small = 1000

var zips = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// Answer writes a whole answer, compressed for those who take it: many of our
// visitors have a poor line. What somebody could learn from the length of a
// compressed page is nothing: sessions live in cookies that no page repeats, and
// the key of a form is good for one form. That the line breaks meanwhile is no
// error: there is nobody to tell.
func (v *Visit) Answer(status int, kind string, body []byte) error {
	h := v.W.Header()
	h.Set("Content-Type", kind)
	if len(body) < small || !strings.Contains(v.R.Header.Get("Accept-Encoding"), "gzip") || v.R.Method == http.MethodHead {
		v.W.WriteHeader(status)
		_, _ = v.W.Write(body)
		return nil
	}
	h.Set("Content-Encoding", "gzip")
	v.W.WriteHeader(status)
	z := zips.Get().(*gzip.Writer)
	defer zips.Put(z)
	z.Reset(v.W)
	_, _ = z.Write(body)
	_ = z.Close()
	return nil
}
