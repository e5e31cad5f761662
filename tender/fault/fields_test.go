package fault_test

import (
	"maps"
	"testing"

	"probity/tender/fault"
)

// What is said of several fields keeps its parts, wherever they come to stand.
func TestFields(t *testing.T) {
	parts := map[string]fault.Sentence{"a": fault.Say("%d is too many.", 7), "b": fault.Say("This is missing.")}
	f := fault.Fields("x", fault.Say("%d fields are wrong.", 2), parts).Below("list[0]")
	if f.Kind != fault.Invalid || f.Code != "x" || f.Text != "2 fields are wrong." || f.Sentence().Format != "%d fields are wrong." {
		t.Errorf("%+v", f)
	}
	if want := map[string]string{"list[0].a": "7 is too many.", "list[0].b": "This is missing."}; !maps.Equal(f.Field, want) {
		t.Errorf("%v", f.Field)
	}
	if s := f.FieldSentence("list[0].a"); s.Format != "%d is too many." || s.Args[0] != 7 {
		t.Errorf("%+v", s)
	}
}
