package command

import (
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"probity/server/client"
)

// bars draws one bar per piece of work. Off a terminal it draws nothing.
type bars struct {
	mu   sync.Mutex
	all  *mpb.Progress
	byID map[string]*mpb.Bar
}

func newBars(c *Console) *bars {
	if !c.Bars {
		return nil
	}
	return &bars{all: mpb.New(mpb.WithOutput(c.Err), mpb.WithWidth(72), mpb.WithAutoRefresh()), byID: map[string]*mpb.Bar{}}
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
			mpb.AppendDecorators(decor.CountersKibiByte("% .1f / % .1f"), decor.AverageSpeed(decor.SizeB1024(0), "  % .1f")))
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
