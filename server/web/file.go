package web

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// File is an answer that is not JSON. Body is closed after it was sent. One that
// can seek is also sent in ranges, so that a broken download goes on where it
// was; who may read it is asked anew each time.
type File struct {
	Type    string // content type
	Name    string // offered for saving; "" to show it
	Body    io.ReadCloser
	Length  int64 // -1 if not known
	Tag     string
	Forever bool // may be cached by anybody: the bytes under this path never change
}

// send streams a file.
func (f *File) send(c echo.Context, status int) error {
	defer f.Body.Close()
	h := c.Response().Header()
	if f.Forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if f.Tag != "" {
		h.Set("ETag", quoted(f.Tag))
		if c.Request().Header.Get("If-None-Match") == quoted(f.Tag) {
			return c.NoContent(http.StatusNotModified)
		}
	}
	if m := c.Request().Header.Get("If-Match"); m != "" && m != "*" && (f.Tag == "" || !strings.Contains(m, quoted(f.Tag))) {
		return &refusal{status: http.StatusPreconditionFailed, code: "file.other", text: "The file is not the one that you have a tag of."}
	}
	if f.Name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+safeName(f.Name)+`"`)
	}
	h.Set("Content-Type", f.Type)
	if body, ok := f.Body.(io.ReadSeeker); ok && status == http.StatusOK {
		http.ServeContent(steadyResponse{c.Response(), http.NewResponseController(c.Response().Writer)}, c.Request(), "", time.Time{}, body)
		return nil
	}
	if f.Length >= 0 {
		h.Set("Content-Length", fmt.Sprint(f.Length))
	}
	if c.Request().Method == http.MethodHead {
		c.Response().WriteHeader(status)
		return nil
	}
	c.Response().WriteHeader(status)
	_, err := io.Copy(&steady{c.Response(), http.NewResponseController(c.Response().Writer)}, f.Body)
	return err
}

// steady moves the deadline of the connection on as long as bytes are taken, so
// that a large file goes over a poor line.
type steady struct {
	w  io.Writer
	rc *http.ResponseController
}

func (s *steady) Write(p []byte) (int, error) {
	_ = s.rc.SetWriteDeadline(time.Now().Add(stall))
	return s.w.Write(p)
}

// steadyResponse does the same for a whole response.
type steadyResponse struct {
	http.ResponseWriter
	rc *http.ResponseController
}

func (s steadyResponse) Write(p []byte) (int, error) {
	_ = s.rc.SetWriteDeadline(time.Now().Add(stall))
	return s.ResponseWriter.Write(p)
}

// quoted is a tag in the form that headers want.
func quoted(tag string) string {
	if strings.HasPrefix(tag, `"`) {
		return tag
	}
	return `"` + tag + `"`
}

// safeName keeps what every system takes as a name.
func safeName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, s)
}
