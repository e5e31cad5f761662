package telemetry

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts what one server does. The zero *Metrics, nil, counts nothing.
type Metrics struct {
	registry *prometheus.Registry

	requests, problems, limited *prometheus.CounterVec
	requestTime                 *prometheus.HistogramVec
	open                        prometheus.Gauge
	received                    prometheus.Counter
	engineTime, objectsTime     *prometheus.HistogramVec
	engineFailed, objectsFailed *prometheus.CounterVec
	appended                    atomic.Int64 // milliseconds since 1970
	codes                       codeSet
}

// buckets suit answers from a millisecond to a minute.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// NewMetrics makes all metrics of the table.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.requests, m.problems, m.limited = m.counters(requests), m.counters(problems), m.counters(limited)
	m.requestTime, m.engineTime, m.objectsTime = m.histograms(requestTime), m.histograms(engineTime), m.histograms(objectsTime)
	m.engineFailed, m.objectsFailed = m.counters(engineFailed), m.counters(objectsFailed)
	m.open = prometheus.NewGauge(prometheus.GaugeOpts{Name: requestsOpen, Help: row(requestsOpen).Help})
	m.received = prometheus.NewCounter(prometheus.CounterOpts{Name: received, Help: row(received).Help})
	m.registry.MustRegister(m.open, m.received, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: build, Help: row(build).Help}, row(build).Labels)
	version, revision := Built()
	info.WithLabelValues(version, revision, runtime.Version()).Set(1)
	m.registry.MustRegister(info)
	return m
}

func (m *Metrics) counters(name string) *prometheus.CounterVec {
	r := row(name)
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: r.Name, Help: r.Help}, r.Labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) histograms(name string) *prometheus.HistogramVec {
	r := row(name)
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: r.Name, Help: r.Help, Buckets: buckets}, r.Labels)
	m.registry.MustRegister(v)
	return v
}

// Built says which program this is: the module's version and the commit, as
// far as the build has noted them.
func Built() (version, revision string) {
	version, revision = "unknown", "unknown"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, revision
	}
	if info.Main.Version != "" {
		version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return version, revision
}

// Opened counts a request that begins.
func (m *Metrics) Opened() {
	if m != nil {
		m.open.Inc()
	}
}

// Served counts a request that has its answer. Route is a path of the site map,
// or "" for none; code is that of the problem, or "".
func (m *Metrics) Served(route, method string, status int, code string, took time.Duration) {
	if m == nil {
		return
	}
	if route == "" {
		route = "other"
	}
	m.open.Dec()
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.requestTime.WithLabelValues(route).Observe(took.Seconds())
	if code != "" {
		m.problems.WithLabelValues(m.codes.bound(code)).Inc()
	}
}

// Limited counts a request that was one too many.
func (m *Metrics) Limited(what string) {
	if m != nil {
		m.limited.WithLabelValues(what).Inc()
	}
}

// Received counts bytes of an upload.
func (m *Metrics) Received(n int) {
	if m != nil {
		m.received.Add(float64(n))
	}
}

// Register adds what is asked when the server is scraped.
func (m *Metrics) Register(c prometheus.Collector) { m.registry.MustRegister(c) }

// Handler serves /metrics.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	return mux
}

// codeSet holds the number of codes down, whatever an error may say.
type codeSet struct {
	mu    sync.Mutex
	known map[string]bool
}

const maxCodes = 1000

func (c *codeSet) bound(code string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known[code] {
		return code
	}
	if len(c.known) >= maxCodes {
		return "other"
	}
	if c.known == nil {
		c.known = map[string]bool{}
	}
	c.known[code] = true
	return code
}
