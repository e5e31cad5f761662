package open

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"probity/bidding"
	"probity/server/site"
	"probity/server/web"
)

// How long a stream of events lasts; browsers come back by themselves.
const (
	streamLife = 5 * time.Minute
	streamLook = time.Second
)

// openingOut is an opening as the API shows it.
type openingOut struct {
	bidding.Opening
	Opened int `json:"opened"`
}

// news is what a page must hear of.
func (o openingOut) news(rows int) string {
	return fmt.Sprintf("id: %d\ndata: {\"version\":%d,\"state\":%q,\"opened\":%d,\"of\":%d,\"rows\":%d}\n\n", o.Version, o.Version, o.State, o.Opened, o.Size, rows)
}

// rowsFrom gets the bids of an opening that are open, behind the first n.
func rowsFrom(v *site.Visit, opening string, n int) (rows []bidding.RecordedBid, err error) {
	for more := true; more; {
		var list site.List[bidding.RecordedBid]
		if err := v.Get(&list, "/api/v1/openings/%s/rows?after=%s", opening, strconv.Itoa(max(n, 0)+len(rows))); err != nil {
			return nil, err
		}
		rows = append(rows, list.Items...)
		more = list.Next != ""
	}
	return rows, nil
}

// events tells a page when an opening has changed, and how many bids are opened
// and can be shown. The page then asks for what is new.
func events(v *site.Visit) error {
	var o openingOut
	if err := v.Get(&o, "/api/v1/openings/%s", v.Path("opening")); err != nil {
		return err
	}
	rc, ok := v.Streams()
	if !ok {
		return nil
	}
	whole, end := web.UntilLast(v.Context())
	defer end()
	ctx, cancel := context.WithTimeout(whole, streamLife)
	defer cancel()
	tick := time.NewTicker(streamLook)
	defer tick.Stop()
	shown := 0
	for last := ""; ; {
		if o.State == bidding.Combining {
			rows, err := rowsFrom(v, o.ID, shown)
			if err != nil {
				return nil
			}
			shown += len(rows)
		}
		if news := o.news(shown); news != last {
			last = news
			if _, err := io.WriteString(v.W, news); err != nil || rc.Flush() != nil {
				return nil // the line broke; the browser comes back
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		o = openingOut{}
		if err := v.Get(&o, "/api/v1/openings/%s", v.Path("opening")); err != nil {
			return nil
		}
	}
}
