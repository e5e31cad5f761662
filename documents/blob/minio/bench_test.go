package minio

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"

	"probity/documents/blob"
)

const (
	benchPart  = 8 << 20
	benchParts = 32
)

// BenchmarkTargets: 256 MiB in parts of 8 MiB, sent to their addresses as by
// bidders, one after the other, from Create to Complete.
func BenchmarkTargets(b *testing.B) {
	s := open(b, options(b, running(b)))
	part := filler("bench", benchPart)
	b.SetBytes(benchPart * benchParts)
	for n := 0; b.Loop(); n++ {
		plan := blob.Plan{Size: benchPart * benchParts, Part: benchPart}
		for range benchParts { // a bidder hashes too
			plan.Sums = append(plan.Sums, sha256.Sum256(part))
		}
		u, err := s.Create(b.Context(), fmt.Sprint(n), plan)
		if err != nil {
			b.Fatal(err)
		}
		for i := range plan.Sums {
			x := target(b, s, u, i+1, time.Minute)
			if got := send(b, x.URL, x.Headers, part); got != "200" {
				b.Fatal(got)
			}
		}
		if _, err := s.Complete(b.Context(), u); err != nil {
			b.Fatal(err)
		}
		clear(b, s, u.Key)
	}
}

// BenchmarkBare: the same bytes by minio-go's own upload in parts, one after
// the other, with its own checksums.
func BenchmarkBare(b *testing.B) {
	s := open(b, options(b, running(b)))
	whole := bytes.Repeat(filler("bench", benchPart), benchParts)
	b.SetBytes(int64(len(whole)))
	for n := 0; b.Loop(); n++ {
		key := fmt.Sprint(n)
		o := s3.PutObjectOptions{PartSize: benchPart, NumThreads: 1}
		if _, err := s.core.Client.PutObject(b.Context(), s.bucket, name(key), bytes.NewReader(whole), int64(len(whole)), o); err != nil {
			b.Fatal(err)
		}
		clear(b, s, key)
	}
}

const (
	largeParts = 128 // of 8 MiB: 1 GiB
	lines      = 4   // at a time
)

// BenchmarkLargeTargets: 1 GiB straight to the store, over several lines, from
// Create to Complete. server-cpu is what the server itself works meanwhile, as
// a share of the time on one core.
func BenchmarkLargeTargets(b *testing.B) {
	s := open(b, options(b, running(b)))
	part := filler("bench", benchPart)
	sum := sha256.Sum256(part)
	b.SetBytes(benchPart * largeParts)
	var work time.Duration
	for n := 0; b.Loop(); n++ {
		plan := blob.Plan{Size: benchPart * largeParts, Part: benchPart}
		for range largeParts {
			plan.Sums = append(plan.Sums, sum)
		}
		var u blob.Upload
		var all []blob.Target
		work += worked(b, func() (err error) {
			if u, err = s.Create(b.Context(), fmt.Sprint(n), plan); err != nil {
				return err
			}
			for i := range plan.Sums {
				x, err := s.Target(b.Context(), u, i+1, time.Minute)
				if err != nil {
					return err
				}
				all = append(all, x)
			}
			return nil
		})
		var group errgroup.Group
		group.SetLimit(lines)
		for _, x := range all {
			group.Go(func() error {
				if sha256.Sum256(part) != sum { // a bidder hashes too
					return blob.ErrSum
				}
				if got := send(b, x.URL, x.Headers, part); got != "200" {
					return fmt.Errorf("a part: %s", got)
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
		work += worked(b, func() error { _, err := s.Complete(b.Context(), u); return err })
		clear(b, s, u.Key)
	}
	b.ReportMetric(100*work.Seconds()/b.Elapsed().Seconds(), "server-cpu-%")
}

// worked is the processor time that f takes, while nothing else runs.
func worked(b *testing.B, f func() error) time.Duration {
	b.Helper()
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := spent()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return spent() - before
}

// BenchmarkLargeBare: the same by minio-go's own upload, over as many lines.
func BenchmarkLargeBare(b *testing.B) {
	s := open(b, options(b, running(b)))
	whole := bytes.Repeat(filler("bench", benchPart), largeParts)
	b.SetBytes(int64(len(whole)))
	for n := 0; b.Loop(); n++ {
		key := fmt.Sprint(n)
		o := s3.PutObjectOptions{PartSize: benchPart, NumThreads: lines}
		if _, err := s.core.Client.PutObject(b.Context(), s.bucket, name(key), bytes.NewReader(whole), int64(len(whole)), o); err != nil {
			b.Fatal(err)
		}
		clear(b, s, key)
	}
}

// clear deletes without being measured.
func clear(b *testing.B, s *Store, key string) {
	b.StopTimer()
	defer b.StartTimer()
	if err := s.Delete(b.Context(), key); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkTarget: what one address costs the server.
func BenchmarkTarget(b *testing.B) {
	s := open(b, options(b, running(b)))
	plan := planOf(filler("bench", benchPart), benchPart)
	u, err := s.Create(b.Context(), "a", plan)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		target(b, s, u, 1, time.Minute)
	}
}

// BenchmarkPut: 64 KB by 16 at once.
func BenchmarkPut(b *testing.B) {
	s := open(b, options(b, running(b)))
	body := filler("bench", 64<<10)
	sum := sha256.Sum256(body)
	var next atomic.Int64
	b.SetParallelism(8)
	b.SetBytes(int64(len(body)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Put(b.Context(), fmt.Sprint(next.Add(1)), int64(len(body)), sum, bytes.NewReader(body)); err != nil {
				b.Error(err)
			}
		}
	})
}
