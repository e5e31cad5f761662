package bid_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/documents/blob/minio"
	"probity/documents/blob/minio/miniotest"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/server/site/browsertest"
)

func TestMain(m *testing.M) { os.Exit(miniotest.Main(m)) }

// A browser sends the sealed parts straight to a real MinIO of another origin,
// which the page's policy and the store's own rules must allow. One part is
// lost on the way and the tab is closed; afterwards that part alone is sent.
func TestPartsGoStraightToTheStore(t *testing.T) {
	browsertest.Need(t)
	store := miniotest.Shared(t)
	access, secret := miniotest.KeyFiles(t)
	objects, err := minio.Open(t.Context(), minio.Options{Endpoint: store.URL(), PublicEndpoint: store.URL(), Bucket: "test-" + strings.ToLower(rand.Text()[:16]),
		Make: true, AccessKeyFile: access, SecretKeyFile: secret})
	if err != nil {
		t.Fatal(err)
	}
	s := apptest.Open(t, apptest.Options{Wrap: func(e app.Engines) app.Engines { e.Objects = objects; return e }}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), biddingtest.Terms{})
	d := sit(t, s, w, w.Bidder("salt"))
	plan := bytes.Repeat([]byte("0123456789abcdef"), 18<<16) // 18 MiB: three parts
	d.Wizard(d.url)
	d.Upload("#files-bid", d.write("plan.pdf", plan))
	d.Until(`document.querySelector('[data-file-list="bid"] [data-name]')`)
	d.fill("9")
	const through, part = "/upload/*", `/*\?*partNumber=`
	d.Cut(through, part+"2*") // nothing may pass through the server
	d.Eval(`(bar => { window.best = 0; new MutationObserver(() => { if (document.querySelector('[data-bid]').dataset.step === 'send') window.best = Math.max(window.best, bar.value) }).observe(bar, {attributes: true}) })(document.querySelector('[data-progress-bar]'))`, nil)
	d.Click("[data-seal]")
	d.Until(`document.querySelector('[data-bid]').dataset.step === 'waiting'`)
	if states := d.by.States(); len(states) != 1 || states[0] != bidding.Registered {
		t.Fatalf("with a part missing the bid is %v", states)
	}
	d.Until(`window.best > 500`) // the other two are there
	d.Go("/bid")
	d.Cut(through, part+"1*", part+"3*")
	d.Go(d.url)
	d.Received()
	if states := d.by.States(); states[0] != bidding.Stored {
		t.Fatalf("the bid is %v", states)
	}
	_, files := d.opened("bid")
	if !bytes.Equal(files["plan.pdf"], plan) {
		t.Error("the document came out different")
	}
}
