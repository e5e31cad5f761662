package command

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestBarsEndWhateverHappens(t *testing.T) {
	var out bytes.Buffer
	b := newBars(&Console{Err: &out, Bars: true})
	tell := b.progress()
	tell("seal bid", 5<<20, 10<<20)
	tell("seal bid", 10<<20, 10<<20)
	tell("send bid", 1, 10) // a line that breaks for good
	tell("read nothing", 0, 0)
	done := make(chan struct{})
	go func() { b.done(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the bars hold the program up")
	}
	if !strings.Contains(out.String(), "seal bid") {
		t.Errorf("drew %q", out.String())
	}
	quiet := newBars(&Console{Err: &out})
	if quiet.progress() != nil {
		t.Error("draws where there is no terminal")
	}
	quiet.done()
}
