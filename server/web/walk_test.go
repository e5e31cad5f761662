package web_test

import (
	"log/slog"
	"testing"

	"probity/server/app"
	"probity/server/config"
	"probity/server/web"
)

// The whole platform, every route of it, and everybody who may ask.
func TestTheWholePlatform(t *testing.T) {
	a, err := app.Open(t.Context(), config.Server{Data: t.TempDir(), Listen: "127.0.0.1:8080", URL: "http://127.0.0.1:8080",
		Origin: "localhost/walk", Prefix: "ocds-213czf", Sandbox: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	web.Walk(t, a.Web)
}
