package portal

import (
	"fmt"
	"net/http"
	"time"

	"probity/documents/uptime"
	"probity/server/site"
)

// uptimeView is when bids could not be handed in; nil before the first beat.
type uptimeView struct{ Record *uptime.Record }

var uptimePage = site.PageOf[uptimeView](name, "uptime")

// uptime shows the signed record of the last 30 days.
func (d desk) uptime(v *site.Visit) error {
	var r uptime.Record
	err := v.Get(&r, "/api/v1/uptime")
	if p, refused := site.Refused(err); refused && p.Code == "uptime.none" {
		return uptimePage.Show(v, http.StatusOK, uptimeView{})
	}
	if err != nil {
		return err
	}
	return uptimePage.Show(v, http.StatusOK, uptimeView{&r})
}

// Share is the part of the span in which bids could be handed in, in percent
// with three decimals. It is rounded down: only what is whole is called 100.
func (u uptimeView) Share() string {
	all := max(u.Record.Last.At.Sub(u.Record.First.At).Milliseconds(), 1)
	share := (all - min(u.Record.Away, all)) * 100_000 / all
	return fmt.Sprintf("%d.%03d", share/1000, share%1000)
}

// Minutes and Seconds are how long an outage lasted, the seconds rounded up.
func (uptimeView) Minutes(o uptime.Spell) int64 { return seconds(o) / 60 }
func (uptimeView) Seconds(o uptime.Spell) int64 { return seconds(o) % 60 }

func seconds(o uptime.Spell) int64 {
	return int64((time.Duration(o.Lasted)*time.Millisecond + time.Second - 1) / time.Second)
}
