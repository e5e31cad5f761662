// Package telemetry is what operators see of a running server: metrics for
// Prometheus and traces for OpenTelemetry.
//
// Start with table.go, which names all metrics; deploy/ has the alerts and the
// dashboard made of them, and a test compares the two. metrics.go counts what
// is told, platform.go asks the platform when it is scraped, engine.go and
// objects.go measure what the platform stands on, trace.go sends traces.
//
// Labels are bounded: routes by the site map, codes by the program. Nothing here
// names people, organisations or procedures. Still the numbers tell how many
// bids come in, so they are served on an address of their own that no stranger
// may reach, and never on the public one.
package telemetry

// Kind is how a metric moves.
type Kind string

// The kinds.
const (
	Counter   Kind = "counter"
	Gauge     Kind = "gauge"
	Histogram Kind = "histogram"
)

// Metric is one row of the table.
type Metric struct {
	Name   string
	Kind   Kind
	Help   string
	Labels []string
}

// The names of all metrics of ours. Those of the Go runtime and of the process
// come beside them.
const (
	build         = "probity_build_info"
	requests      = "probity_http_requests_total"
	requestTime   = "probity_http_request_seconds"
	requestsOpen  = "probity_http_requests_open"
	problems      = "probity_problems_total"
	limited       = "probity_limited_total"
	received      = "probity_upload_received_bytes_total"
	engineTime    = "probity_engine_seconds"
	engineFailed  = "probity_engine_failures_total"
	objectsTime   = "probity_objects_seconds"
	objectsFailed = "probity_objects_failures_total"
	up            = "probity_platform_up"
	logEntries    = "probity_log_entries"
	logPending    = "probity_log_pending_facts"
	logAppended   = "probity_log_appended_timestamp_seconds"
	turnHeld      = "probity_log_turn"
	readerLag     = "probity_log_reader_lag_entries"
	beatAt        = "probity_uptime_beat_timestamp_seconds"
	beatOwed      = "probity_uptime_beat_owed"
	outages       = "probity_uptime_outages_total"
	awaySeconds   = "probity_uptime_away_seconds_total"
)

// Table lists all metrics.
var Table = []Metric{
	{build, Gauge, "Always 1; the labels say which program runs.", []string{"version", "revision", "go"}},
	{requests, Counter, "Requests answered.", []string{"route", "method", "status"}},
	{requestTime, Histogram, "How long answers took, in seconds.", []string{"route"}},
	{requestsOpen, Gauge, "Requests that are being answered.", nil},
	{problems, Counter, "Refusals and failures by their code.", []string{"code"}},
	{limited, Counter, "Requests refused because there were too many, by what was counted.", []string{"what"}},
	{received, Counter, "Bytes of sealed bids and documents that came through this server.", nil},
	{engineTime, Histogram, "How long the metadata engine took, in seconds.", []string{"operation"}},
	{engineFailed, Counter, "Operations that the metadata engine failed, refusals not counted.", []string{"operation"}},
	{objectsTime, Histogram, "How long the document store took, in seconds.", []string{"operation"}},
	{objectsFailed, Counter, "Operations that the document store failed, refusals not counted.", []string{"operation"}},
	{up, Gauge, "1 if the platform could be asked for what follows.", nil},
	{logEntries, Gauge, "Entries of the log.", nil},
	{logPending, Gauge, "Facts that wait for the log, up to 1000.", nil},
	{logAppended, Gauge, "When this server has appended to the log last.", nil},
	{turnHeld, Gauge, "1 if this server takes facts into the log.", nil},
	{readerLag, Gauge, "Entries that a reader of the log has not taken in.", []string{"reader"}},
	{beatAt, Gauge, "When the uptime record had its last beat.", nil},
	{beatOwed, Gauge, "1 while bids are taken and beats are owed.", nil},
	{outages, Counter, "Outages on the uptime record.", nil},
	{awaySeconds, Counter, "Seconds of all outages on the uptime record.", nil},
}

// row finds a metric.
func row(name string) Metric {
	for _, m := range Table {
		if m.Name == name {
			return m
		}
	}
	panic("telemetry: no metric " + name)
}
