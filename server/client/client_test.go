package client_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"probity/server/client"
	"probity/tender/fault"
)

func TestRefusalsKeepCodeKindAndFields(t *testing.T) {
	for _, x := range []struct {
		status int
		code   string
		kind   fault.Kind
	}{
		{400, "request.json", fault.Invalid}, {401, "token.unknown", fault.Unknown}, {403, "actor.role", fault.Denied},
		{404, "tender.missing", fault.Missing}, {409, "tender.phase", fault.Conflict}, {409, "tender.stale", fault.Stale},
		{412, "tender.stale", fault.Stale}, {413, "request.size", fault.TooLarge}, {422, "offer.prices", fault.Invalid},
		{428, "request.if_match", fault.Invalid}, {429, "request.rate", fault.Limited}, {500, "internal", fault.Internal}, {503, "store.busy", fault.Busy},
	} {
		d := newDesk(t, nil)
		d.mux.HandleFunc("/x", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
			w.WriteHeader(x.status)
			w.Write([]byte(`{"code":"` + x.code + `","detail":"No.","title":"T","errors":{"a[0].b":"wrong"}}`))
		})
		c := d.client()
		c.Patience = -1
		err := c.Get(t.Context(), "/x", nil)
		f := fault.From(err)
		a, ok := errors.AsType[*client.Answer](err)
		if f.Kind != x.kind || f.Code != x.code || f.Text != "No." || f.Field["a[0].b"] != "wrong" || !ok || a.Status != x.status || a.Title != "T" {
			t.Errorf("%d %s: %+v", x.status, x.code, f)
		}
	}
}

func TestAnswersThatAreNotOurs(t *testing.T) {
	d := newDesk(t, nil)
	d.mux.HandleFunc("/html", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(502)
		w.Write([]byte("<html>"))
	})
	d.mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
	})
	d.mux.HandleFunc("/text", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) })
	c := d.client()
	c.Patience = -1
	if f := fault.From(c.Get(t.Context(), "/html", nil)); f.Kind != fault.Busy || f.Code != "client.answer" {
		t.Errorf("%+v", f)
	}
	wantFault(t, c.Get(t.Context(), "/moved", nil), "client.answer")
	wantFault(t, c.Get(t.Context(), "/text", new(client.Me)), "client.answer")
}

func TestCreationsAreTriedAgainUnderOneKey(t *testing.T) {
	d := newDesk(t, nil)
	var keys []string
	answers := []func(w http.ResponseWriter){
		func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, // the line breaks; it may have been made
		func(w http.ResponseWriter) { refuse(w, 409, "idempotency.running", "Wait.") },
		func(w http.ResponseWriter) { w.Header().Set("Retry-After", "1"); refuse(w, 503, "store.busy", "Wait.") },
		func(w http.ResponseWriter) { w.WriteHeader(201); w.Write([]byte(`{"id":"d1"}`)) },
	}
	d.mux.HandleFunc("POST /make", func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		answers[len(keys)-1](w)
	})
	c := d.client()
	c.Patience = time.Minute
	began := time.Now()
	var out client.Device
	if err := c.Create(t.Context(), "/make", map[string]string{"a": "b"}, &out); err != nil || out.ID != "d1" {
		t.Fatalf("%+v, %v", out, err)
	}
	if len(keys) != 4 || len(keys[0]) < 16 || keys[0] != keys[1] || keys[1] != keys[2] || keys[2] != keys[3] {
		t.Errorf("keys %q", keys)
	}
	if time.Since(began) < time.Second {
		t.Error("it did not wait for as long as it was asked to")
	}
	if err := c.Create(t.Context(), "/make2", nil, nil); fault.From(err).Kind != fault.Missing {
		t.Errorf("%v", err)
	}
}

func TestWhatMayHaveTakenEffectIsNotRepeated(t *testing.T) {
	d := newDesk(t, nil)
	var calls atomic.Int32
	d.mux.HandleFunc("POST /act", func(http.ResponseWriter, *http.Request) { calls.Add(1); panic(http.ErrAbortHandler) })
	d.mux.HandleFunc("POST /busy", func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			refuse(w, 429, "request.rate", "Wait.")
		}
	})
	c := d.client()
	wantFault(t, c.Post(t.Context(), "/act", nil, nil), "client.unreachable")
	if n := calls.Swap(0); n != 1 {
		t.Errorf("called %d times", n)
	}
	wantFault(t, c.Post(t.Context(), "/busy", nil, nil), "")
	if n := calls.Load(); n != 3 {
		t.Errorf("called %d times", n)
	}
}

func TestLinesThatDoNotExist(t *testing.T) {
	c := &client.Client{Base: "http://127.0.0.1:1", Patience: 500 * time.Millisecond}
	began := time.Now()
	wantFault(t, c.Post(t.Context(), "/x", nil, nil), "client.unreachable")
	if took := time.Since(began); took > 3*time.Second || took < 100*time.Millisecond {
		t.Errorf("took %s", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantFault(t, c.Get(ctx, "/x", nil), "client.unreachable")
	c.Base = "ftp://x"
	wantFault(t, c.Get(t.Context(), "/x", nil), "client.base")
	c.Base, c.Token = "http://tenders.example", "prt_x"
	wantFault(t, c.Get(t.Context(), "/x", nil), "client.plain_http")
}

func TestCallsSayWhoAndWhich(t *testing.T) {
	d := newDesk(t, nil)
	var got http.Header
	d.mux.HandleFunc("PUT /x", func(w http.ResponseWriter, r *http.Request) { got = r.Header; w.Write([]byte(`{}`)) })
	c := d.client()
	c.As = "org-1/officer"
	if err := c.Call(t.Context(), client.Request{Method: "PUT", Path: "/x", In: 1, Version: 7, Reason: "an audit"}, nil); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Authorization": "Bearer prt_x", "If-Match": `"7"`, "Probity-As": "org-1/officer", "Probity-Reason": "an audit", "Content-Type": "application/json"} {
		if got.Get(name) != want {
			t.Errorf("%s: %q", name, got.Get(name))
		}
	}
}

func TestListsAreReadToTheirEnd(t *testing.T) {
	d := newDesk(t, nil)
	d.on("GET /list", func(r *http.Request) (int, any) {
		switch r.URL.Query().Get("after") {
		case "":
			return 200, client.List[int]{Items: []int{1, 2}, Next: "a b&c"}
		case "a b&c":
			return 200, client.List[int]{Items: []int{3}}
		}
		return 422, fault.New(fault.Invalid, "store.cursor", "No.")
	})
	for _, path := range []string{"/list", "/list?limit=2"} {
		if all, err := client.All[int](t.Context(), d.client(), path); err != nil || len(all) != 3 || all[2] != 3 {
			t.Errorf("%v, %v", all, err)
		}
	}
}
