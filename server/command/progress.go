package command

import (
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"probity/server/client"
)

// bars draws one bar per piece of work. Off a terminal it draws nothing.
type bars struct {
	mu    sync.Mutex
	plain bool // counts things, not bytes
	all   *mpb.Progress
	byID  map[string]*mpb.Bar
}

func newBars(c *Console) *bars {
	if !c.Bars {
		return nil
	}
	return &bars{all: mpb.New(mpb.WithOutput(c.Err), mpb.WithWidth(72), mpb.WithAutoRefresh()), byID: map[string]*mpb.Bar{}}
}

// behind is what stands behind a bar: bytes and their speed, or plain numbers.
func (b *bars) behind() []decor.Decorator {
	if b.plain {
		return []decor.Decorator{decor.CountersNoUnit("%d / %d")}
	}
	return []decor.Decorator{decor.CountersKibiByte("% .1f / % .1f"), decor.AverageSpeed(decor.SizeB1024(0), "  % .1f")}
}

// Progress draws bars over numbers of things, where there is a terminal. done
// waits until they are drawn.
func (c *Console) Progress() (tell func(what string, done, of int64), done func()) {
	b := newBars(c)
	if b == nil {
		return func(string, int64, int64) {}, func() {}
	}
	b.plain = true
	return b.tell, b.done
}

// progress is what the work reports to; nil if there is nothing to draw on.
func (b *bars) progress() client.Progress {
	if b == nil {
		return nil
	}
	return b.tell
}

func (b *bars) tell(what string, done, total int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	bar := b.byID[what]
	if bar == nil {
		bar = b.all.AddBar(max(total, 1),
			mpb.PrependDecorators(decor.Name(what, decor.WCSyncSpaceR), decor.Percentage(decor.WCSyncSpace)),
			mpb.AppendDecorators(b.behind()...))
		b.byID[what] = bar
	}
	bar.SetCurrent(min(done, max(total, 1)))
}

// done waits until the bars are drawn; what did not come to its end stays as it
// was.
func (b *bars) done() {
	if b == nil {
		return
	}
	b.mu.Lock()
	for _, bar := range b.byID {
		if !bar.Completed() {
			bar.Abort(false)
		}
	}
	b.mu.Unlock()
	b.all.Wait()
}
