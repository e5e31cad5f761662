package command

import (
	"context"
	"fmt"
	"os"
	"time"

	"probity/documents/uptime"
)

// Uptime shows when a platform could not take bids. It believes the log, and
// not the server.
type Uptime struct {
	From  time.Time `help:"Begin of the span, such as 2026-04-01T00:00:00Z; by default 30 days before its end." placeholder:"TIME"`
	To    time.Time `help:"End of the span; by default now." placeholder:"TIME"`
	Every bool      `help:"Fetch every beat, and see for yourself that no outage is left out."`
	Out   string    `type:"path" placeholder:"FILE" help:"File to keep the record in, for probity verify."`
	Remote
	Output
}

// Run asks, checks and shows.
func (u *Uptime) Run(ctx context.Context, c *Console) error {
	remote, err := u.connect()
	if err != nil {
		return err
	}
	r, raw, err := remote.Uptime(ctx, u.From, u.To)
	if err != nil {
		return err
	}
	if u.Every {
		tell, done := c.Progress()
		err := remote.CheckBeats(ctx, r, func(n, of int64) { tell("beats", n, of) })
		done()
		if err != nil {
			return err
		}
	}
	if u.Out != "" {
		if err := os.WriteFile(u.Out, append(raw, '\n'), 0o644); err != nil {
			return err
		}
	}
	return u.result(c, r, UptimeLines(r)...)
}

// UptimeLines is a record for people.
func UptimeLines(r uptime.Record) []string {
	form := "2006-01-02 15:04:05 UTC"
	list := []string{fmt.Sprintf("From %s to %s, by the log %s:", r.First.At.Format(form), r.Last.At.Format(form), r.Origin)}
	for _, o := range r.Outages {
		list = append(list, fmt.Sprintf("away  %s to %s  (%s)", o.From.Format(form), o.To.Format(form), (time.Duration(o.Lasted)*time.Millisecond).Round(time.Second)))
	}
	if len(r.Outages) == 0 {
		list = append(list, fmt.Sprintf("No outage: no two of %d beats are more than %d seconds apart while bids were taken.", r.Last.Beat-r.First.Beat+1, r.Gap))
	}
	return list
}
