package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"
)

func BenchmarkSealShares(b *testing.B) {
	for _, s := range []shape{{{3, 5}}, {{3, 5}, {1, 2}}} {
		b.Run(fmt.Sprint(s), func(b *testing.B) {
			h := newHouse(b, s)
			c := Context{"b:1", "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
			for b.Loop() {
				if _, err := wrapShares(Seed{1}, c, h.manifest.Groups); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpenShare(b *testing.B) {
	h := newHouse(b, shape{{3, 5}})
	c := Context{"b:1", "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
	header, err := SealHeader(h.manifest, c, Seed{1}, Payload{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, cause := openShare(h.keys[0][0], header, 0, 1); cause != "" {
			b.Fatal(cause)
		}
	}
}

func BenchmarkParseHeader(b *testing.B) {
	h := newHouse(b, shape{{3, 5}, {1, 2}})
	raw := h.bid("b:1").Header
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := ParseHeader(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// thousand is a tender with n bids whose payloads are not there: what the
// server does when shares come in.
func thousand(b *testing.B, s shape, n int) (*house, Opening) {
	h := newHouse(b, s)
	p := Payload{partSmall, 1, hexSum(nil), 70000}
	for i := range n {
		c := Context{fmt.Sprint("b:", i), "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
		header, err := SealHeader(h.manifest, c, Seed{byte(i), byte(i >> 8)}, p)
		if err != nil {
			b.Fatal(err)
		}
		h.take(header, nil)
	}
	return h, h.opening()
}

func BenchmarkCombine1000(b *testing.B) {
	for name, s := range map[string]shape{"3of5": {{3, 5}}, "3of5+1of2": {{3, 5}, {1, 2}}} {
		b.Run(name, func(b *testing.B) {
			h, o := thousand(b, s, 1000)
			who := seats(1, 2, 3, 4, 5)
			if len(s) > 1 {
				who = append(who, Seat{1, 1}, Seat{1, 2})
			}
			answers := h.answers(o, who...)
			for b.Loop() {
				results, err := Combine(o, answers, nil)
				if err != nil || results[999].Cause != "" {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpenShares1000(b *testing.B) {
	h, o := thousand(b, shape{{3, 5}}, 1000)
	for b.Loop() {
		if _, err := OpenShares(h.keys[0][0], o); err != nil {
			b.Fatal(err)
		}
	}
}

// bulk is a file of size bytes that is made as it is read.
func bulk(size int64) Source {
	sum := sha256.New()
	io.CopyN(sum, zeroReader{}, size)
	return Source{
		File{"application/octet-stream", "drawings.bin", hex.EncodeToString(sum.Sum(nil)), size},
		func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeroReader{}, size)), nil },
	}
}

// peak samples the memory in use while do runs.
func peak(do func()) uint64 {
	done, result := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
			select {
			case <-done:
				result <- most
				return
			case <-tick.C:
			}
		}
	}()
	do()
	close(done)
	return <-result
}

func BenchmarkSealThroughput(b *testing.B) {
	const size = 256 << 20
	h := newHouse(b, shape{{3, 5}})
	c := Context{"b:1", "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
	list := []Source{bulk(size)}
	b.SetBytes(size)
	most := peak(func() {
		for b.Loop() {
			if _, err := Seal(io.Discard, h.manifest, c, list); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(most)/(1<<20), "peak-MiB")
}

func BenchmarkJudgeThroughput(b *testing.B) {
	const size = 128 << 20
	h := newHouse(b, shape{{3, 5}})
	c := Context{"b:1", "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
	var out bytes.Buffer
	e, err := Seal(&out, h.manifest, c, []Source{bulk(size)})
	if err != nil {
		b.Fatal(err)
	}
	x := h.take(e.Header, nil)
	b.SetBytes(size)
	for b.Loop() {
		v, err := x.Judge(SeedProof(e.Fingerprint, e.Seed), bytes.NewReader(out.Bytes()), nil)
		if err != nil || v.State != Opened {
			b.Fatal(v, err)
		}
	}
}

// The promise that a gigabyte is sealed in 64 MiB, at a sixteenth of the size
// and the memory.
func TestSealingDoesNotHoldTheFile(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	c := Context{"b:1", "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
	list := []Source{bulk(64 << 20)}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	most := peak(func() {
		if _, err := Seal(io.Discard, h.manifest, c, list); err != nil {
			t.Fatal(err)
		}
	})
	if grown := int64(most) - int64(before.HeapInuse+before.StackInuse); grown > 32<<20 {
		t.Errorf("sealing 64 MiB took %d MiB of memory", grown>>20)
	}
}
