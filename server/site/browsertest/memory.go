package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Memory watches how much memory the browser's renderers take, in MB: the
// proportional share of each that was largest (PSS).
type Memory struct {
	Before, Peak float64

	stop chan struct{}
	done sync.WaitGroup
}

// WatchMemory begins to watch, until Stop.
func WatchMemory() *Memory {
	m := &Memory{Before: renderers(), stop: make(chan struct{})}
	m.Peak = m.Before
	m.done.Go(func() {
		for {
			select {
			case <-m.stop:
				return
			case <-time.After(100 * time.Millisecond):
				m.Peak = max(m.Peak, renderers())
			}
		}
	})
	return m
}

// Stop ends the watching.
func (m *Memory) Stop() *Memory {
	close(m.stop)
	m.done.Wait()
	return m
}

func (m *Memory) String() string {
	return fmt.Sprintf("renderer %.0f MB before, %.0f MB at most", m.Before, m.Peak)
}

// renderers is the memory of the largest renderer of this program's browser.
func renderers() float64 {
	most := 0.0
	list, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range list {
		b, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(b), "--type=renderer") || !ours(filepath.Dir(name)) {
			continue
		}
		most = max(most, share(filepath.Dir(name)))
	}
	return most
}

// ours reports whether a process descends from this one.
func ours(proc string) bool {
	for range 16 {
		b, err := os.ReadFile(filepath.Join(proc, "stat"))
		if err != nil {
			return false
		}
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		if len(fields) < 2 {
			return false
		}
		if fields[1] == strconv.Itoa(os.Getpid()) {
			return true
		}
		proc = "/proc/" + fields[1]
	}
	return false
}

// share is the proportional set size of a process in MB.
func share(proc string) float64 {
	b, err := os.ReadFile(filepath.Join(proc, "smaps_rollup"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "Pss:" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb * 1024 / 1e6
		}
	}
	return 0
}
