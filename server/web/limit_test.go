package web

import (
	"context"
	"fmt"
	"testing"
	"time"
)

func TestBucketsLetABurstThroughAndThenARate(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	b := NewBuckets(10)
	b.Now = func() time.Time { return now }
	r := Rate{Every: time.Second, Burst: 3}
	take := func(key string) time.Duration {
		d, _ := b.Take(context.Background(), key, r)
		return d
	}
	for i := range 3 {
		if d := take("a"); d != 0 {
			t.Fatalf("request %d of the burst waits %v", i, d)
		}
	}
	if d := take("a"); d != time.Second {
		t.Errorf("the fourth waits %v, want 1s", d)
	}
	if d := take("b"); d != 0 {
		t.Error("one key pays for another")
	}
	now = now.Add(time.Second)
	if take("a") != 0 || take("a") == 0 {
		t.Error("one second is worth one request")
	}
	now = now.Add(time.Hour)
	for range 3 {
		if take("a") != 0 {
			t.Fatal("a quiet hour does not fill the bucket")
		}
	}
	if take("a") == 0 {
		t.Error("a quiet hour fills more than the bucket")
	}
}

func TestBucketsDoNotGrow(t *testing.T) {
	b := NewBuckets(100)
	r := Rate{Every: time.Minute, Burst: 1}
	for i := range 10_000 {
		b.Take(context.Background(), fmt.Sprint(i), r)
		b.Take(context.Background(), "regular", r)
	}
	if len(b.byKey) > 100 || b.order.Len() != len(b.byKey) {
		t.Errorf("%d keys, %d in order", len(b.byKey), b.order.Len())
	}
	if d, _ := b.Take(context.Background(), "regular", r); d == 0 {
		t.Error("a flood of keys has freed one that is in use")
	}
}

func TestAddressesAreCountedByCustomer(t *testing.T) {
	for _, c := range [][2]string{
		{"192.0.2.7", "192.0.2.7"}, {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"2001:db8:1:2::9", "2001:db8:1:2::/64"}, {"fe80::1%eth0", "fe80::/64"}, {"what", "what"}, {"::ffff:192.0.2.7", "::ffff:192.0.2.7"},
	} {
		if got := block(c[0]); got != c[1] {
			t.Errorf("%s counts as %s, want %s", c[0], got, c[1])
		}
	}
}
