package web

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// File is an answer that is not JSON. Body is closed after it was sent.
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
		h.Set("ETag", f.Tag)
		if c.Request().Header.Get("If-None-Match") == f.Tag {
			return c.NoContent(http.StatusNotModified)
		}
	}
	if f.Length >= 0 {
		h.Set("Content-Length", fmt.Sprint(f.Length))
	}
	if f.Name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+safeName(f.Name)+`"`)
	}
	if c.Request().Method == http.MethodHead {
		h.Set("Content-Type", f.Type)
		c.Response().WriteHeader(status)
		return nil
	}
	h.Set("Content-Type", f.Type)
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

// safeName keeps what every system takes as a name.
func safeName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, s)
}
