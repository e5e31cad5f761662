package bid_test

import (
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/server/site/browsertest"
)

// A gigabyte is sealed and sent without being held: what the renderer takes does
// not grow with the file.
func BenchmarkAGigabyteIsNotHeld(t *testing.B) {
	browsertest.Need(t)
	d := openDesk(t, biddingtest.Terms{})
	peak := map[int64]float64{}
	for i, size := range []int64{64 << 20, 1 << 30} {
		file := filepath.Join(t.TempDir(), "plan.bin")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(f, rand.Reader, size); err != nil || f.Close() != nil {
			t.Fatal(err)
		}
		d.Go("/bid")
		d.Wizard(d.url)
		d.Upload("#files-bid", file)
		d.Patient(5*time.Minute, `document.querySelector('[data-file-list="bid"] [data-name]') && document.querySelector('[data-saved]').textContent`)
		d.fill("9")
		watch, began := browsertest.WatchMemory(), time.Now()
		d.Click("[data-seal]")
		d.Patient(10*time.Minute, `document.querySelector('[data-bid]')?.dataset.step === 'send' || document.querySelector('[data-bid]')?.dataset.stage === 'stopped'`)
		sealed := time.Since(began)
		d.Patient(10*time.Minute, `location.pathname.endsWith('/receipt') || document.querySelector('[data-bid]')?.dataset.stage === 'stopped'`)
		d.Received()
		t.Logf("%d MiB: sealed in %.1f s, sent in %.1f s; %s", size>>20, sealed.Seconds(), (time.Since(began) - sealed).Seconds(), watch.Stop())
		peak[size] = watch.Peak
		if states := d.by.States(); states[i] != bidding.Stored {
			t.Fatalf("the bids are %v", states)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	if more := peak[1<<30] - peak[64<<20]; more > 200 {
		t.Errorf("the renderer took %.0f MB more for sixteen times the file", more)
	}
}
