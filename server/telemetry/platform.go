package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// State is what a platform says of itself when it is asked.
type State struct {
	Entries, Pending int64
	Turn             bool
	Lag              map[string]int64 // by reader
	Beat             time.Time        // zero if there was none
	Owed             bool
	Outages          int64
	Away             time.Duration
}

// Platform asks for the state at each scrape.
type Platform struct {
	Ask     func(context.Context) (State, error)
	Metrics *Metrics
}

// patience is how long the platform may take to answer.
const patience = 5 * time.Second

// Describe implements prometheus.Collector.
func (p Platform) Describe(c chan<- *prometheus.Desc) {
	for _, name := range []string{up, logEntries, logPending, logAppended, turnHeld, readerLag, beatAt, beatOwed, outages, awaySeconds} {
		c <- desc(name)
	}
}

func desc(name string) *prometheus.Desc {
	r := row(name)
	return prometheus.NewDesc(r.Name, r.Help, r.Labels, nil)
}

// Collect implements prometheus.Collector. What cannot be asked for is left
// out, and probity_platform_up is 0.
func (p Platform) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	send := func(name string, value float64, labels ...string) {
		kind := prometheus.GaugeValue
		if row(name).Kind == Counter {
			kind = prometheus.CounterValue
		}
		c <- prometheus.MustNewConstMetric(desc(name), kind, value, labels...)
	}
	if at := p.Metrics.appended.Load(); at > 0 {
		send(logAppended, float64(at)/1000)
	}
	s, err := p.Ask(ctx)
	send(up, truth(err == nil))
	if err != nil {
		return
	}
	send(logEntries, float64(s.Entries))
	send(logPending, float64(s.Pending))
	send(turnHeld, truth(s.Turn))
	for reader, lag := range s.Lag {
		send(readerLag, float64(lag), reader)
	}
	if !s.Beat.IsZero() {
		send(beatAt, float64(s.Beat.UnixMilli())/1000)
	}
	send(beatOwed, truth(s.Owed))
	send(outages, float64(s.Outages))
	send(awaySeconds, s.Away.Seconds())
}

func truth(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}
