package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"probity/server/store/bolt"
	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// scrape is what Prometheus sees.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// busy is a platform with something of everything.
func busy() *Metrics {
	m := NewMetrics()
	m.Opened()
	m.Served("/api/v1/tenders", "GET", 422, "request.fields", time.Millisecond)
	m.Limited("address")
	m.Received(10)
	for _, f := range []func(error){
		second(measure(context.Background(), "engine", "put", m.engineTime, m.engineFailed)),
		second(measure(context.Background(), "objects", "get", m.objectsTime, m.objectsFailed)),
	} {
		f(errors.New("broken"))
	}
	m.appended.Store(1)
	m.Register(Platform{Metrics: m, Ask: func(context.Context) (State, error) {
		return State{Entries: 7, Lag: map[string]int64{"procedures": 3}, Beat: time.Unix(9, 0), Owed: true, Outages: 2, Away: time.Minute}, nil
	}})
	return m
}

func second[A, B any](_ A, b B) B { return b }

// TestTheTableIsWhatIsServed, name by name, in both directions.
func TestTheTableIsWhatIsServed(t *testing.T) {
	text := scrape(t, busy())
	served := map[string]string{}
	for _, x := range regexp.MustCompile(`(?m)^# TYPE (probity_\w+) (\w+)$`).FindAllStringSubmatch(text, -1) {
		served[x[1]] = x[2]
	}
	for _, m := range Table {
		if served[m.Name] != string(m.Kind) {
			t.Errorf("%s is served as %q, the table says %s", m.Name, served[m.Name], m.Kind)
		}
		delete(served, m.Name)
		for _, l := range m.Labels {
			if !strings.Contains(text, l+`="`) {
				t.Errorf("%s has no label %s", m.Name, l)
			}
		}
	}
	for name := range served {
		t.Errorf("%s is served, and not in the table", name)
	}
	for _, want := range []string{"probity_uptime_away_seconds_total 60\n", "probity_log_entries 7\n", `probity_log_reader_lag_entries{reader="procedures"} 3`,
		`probity_engine_failures_total{operation="put"} 1`, "go_goroutines"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not served", want)
		}
	}
}

// TestDeployUsesWhatIsServed compares every metric of ours that alerts, rules
// and the dashboard name with the table; and each is used somewhere.
func TestDeployUsesWhatIsServed(t *testing.T) {
	known := map[string]bool{}
	for _, m := range Table {
		known[m.Name] = true
		if m.Kind == Histogram {
			for _, s := range []string{"_bucket", "_sum", "_count"} {
				known[m.Name+s] = true
			}
		}
	}
	used := map[string]bool{}
	for _, name := range []string{"alerts.yaml", "dashboard.json"} {
		b, err := os.ReadFile(filepath.Join("../../deploy/observe", name))
		if err != nil {
			t.Fatal(err)
		}
		list := regexp.MustCompile(`\bprobity_[a-z_]+`).FindAllString(string(b), -1)
		if len(list) < 10 {
			t.Errorf("%s names %d metrics", name, len(list))
		}
		for _, x := range list {
			if !known[x] {
				t.Errorf("%s names %s, which nobody serves", name, x)
			}
			used[x] = true
		}
	}
	for _, m := range Table {
		if !used[m.Name] && !used[m.Name+"_bucket"] && m.Name != build {
			t.Errorf("nobody looks at %s", m.Name)
		}
	}
}

// TestAPlatformThatCannotBeAsked says so, and the rest is still served.
func TestAPlatformThatCannotBeAsked(t *testing.T) {
	m := NewMetrics()
	m.Register(Platform{Metrics: m, Ask: func(context.Context) (State, error) { return State{}, errors.New("away") }})
	text := scrape(t, m)
	if !strings.Contains(text, "probity_platform_up 0\n") || strings.Contains(text, "probity_log_entries") {
		t.Errorf("%s", text)
	}
}

// TestLabelsAreBounded, whatever the program may come to say.
func TestLabelsAreBounded(t *testing.T) {
	m := NewMetrics()
	for n := range 3 * maxCodes {
		m.Opened()
		m.Served("", "GET", 400, fmt.Sprintf("code.%d", n), 0)
	}
	if n := strings.Count(scrape(t, m), "probity_problems_total{"); n != maxCodes+1 {
		t.Errorf("%d codes", n)
	}
}

// TestWhatCountsAsFailure: what an engine answers to a question is none.
func TestWhatCountsAsFailure(t *testing.T) {
	for _, err := range []error{nil, store.ErrStale, store.ErrTaken, store.ErrMissing, store.ErrCursor, context.Canceled} {
		if failure(err) {
			t.Errorf("%v counts", err)
		}
	}
	for _, err := range []error{store.ErrBusy, errors.New("io"), fault.New(fault.Internal, "x", "x"), context.DeadlineExceeded} {
		if !failure(err) {
			t.Errorf("%v does not count", err)
		}
	}
}

// movable adds to a measured engine what only moving asks of engines, and
// nothing else: the measure's methods lie above those of the engine below.
type (
	movable struct {
		*Engine
		below
	}
	below   struct{ beneath }
	beneath struct{ store.Movable }
)

// TestMeasuredEngine promises what the engine under it does.
func TestMeasuredEngine(t *testing.T) {
	m := NewMetrics()
	storetest.TestEngine(t, func(t testing.TB, kinds []store.Collection) store.Engine {
		e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), kinds, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		return movable{MeasureEngine(e, m), below{beneath{e}}}
	})
	text := scrape(t, m)
	for _, op := range []string{"get", "put", "find", "append", "pending", "delete", "entries"} {
		if !strings.Contains(text, `probity_engine_seconds_count{operation="`+op+`"}`) {
			t.Errorf("%s was not measured", op)
		}
	}
}

// TestTraces: a request is a span, what it asks of the engine are its children,
// and what is logged meanwhile names the trace. A stranger cannot choose it.
func TestTraces(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))
	defer otel.SetTracerProvider(before)
	var out bytes.Buffer
	log := slog.New(Logs(slog.NewJSONHandler(&out, nil)))
	m := NewMetrics()
	const asked = "0af7651916cd43dd8448eb211c80319c"
	for _, ours := range []bool{false, true} {
		out.Reset()
		r := httptest.NewRequest("GET", "/x", nil)
		r.Header.Set("traceparent", "00-"+asked+"-b7ad6b7169203331-01")
		r, end := Begin(r, ours)
		_, done := measure(r.Context(), "engine", "get", m.engineTime, m.engineFailed)
		done(nil)
		log.With("a", 1).WithGroup("g").InfoContext(r.Context(), "within")
		end("/x/{id}", "GET", 503)
		list := spans.Ended()
		child, parent := list[len(list)-2], list[len(list)-1]
		if parent.Name() != "GET /x/{id}" || child.Name() != "engine get" || child.Parent().SpanID() != parent.SpanContext().SpanID() {
			t.Errorf("%s in %s", child.Name(), parent.Name())
		}
		id := parent.SpanContext().TraceID().String()
		if (id == asked) != ours {
			t.Errorf("sent by a proxy of ours: %v; the trace is %s", ours, id)
		}
		if !strings.Contains(out.String(), id) {
			t.Errorf("the log does not name the trace: %s", &out)
		}
	}
}

// TestTracesAreSentWhereTheEnvironmentSays, and nowhere without it.
func TestTracesAreSentWhereTheEnvironmentSays(t *testing.T) {
	var got atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/v1/traces" && r.Header.Get("Content-Type") == "application/x-protobuf" {
			got.Add(int64(bytes.Count(b, []byte("GET /sent"))))
		}
	}))
	defer s.Close()
	before := otel.GetTracerProvider()
	defer otel.SetTracerProvider(before)
	log := slog.New(slog.DiscardHandler)
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"} {
		t.Setenv(name, "")
	}
	if Tracing() {
		t.Error("traces without being asked for")
	}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.URL)
	t.Setenv("OTEL_SDK_DISABLED", "true")
	if Tracing() {
		t.Error("traces although they are disabled")
	}
	t.Setenv("OTEL_SDK_DISABLED", "")
	stop, err := StartTracing(t.Context(), log)
	if err != nil {
		t.Fatal(err)
	}
	_, end := Begin(httptest.NewRequest("GET", "/sent", nil), false)
	end("/sent", "GET", 200)
	if err := stop(t.Context()); err != nil || got.Load() != 1 {
		t.Errorf("%d spans arrived, %v", got.Load(), err)
	}
}

func TestNamesAreInOneOrder(t *testing.T) {
	var names []string
	for _, m := range Table {
		if slices.Contains(names, m.Name) || m.Help == "" || !strings.HasPrefix(m.Name, "probity_") {
			t.Errorf("%s", m.Name)
		}
		names = append(names, m.Name)
	}
}
