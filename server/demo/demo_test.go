package demo

import (
	"bytes"
	"context"
	"testing"
)

func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("The whole story takes half a minute.")
	}
	var told, log bytes.Buffer
	err := Run(context.Background(), Options{Exit: true, Out: t.TempDir(), Stdout: &told, Log: &log})
	t.Log(told.String())
	t.Log(log.String())
	if err != nil {
		t.Fatal(err)
	}
}
