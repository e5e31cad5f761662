// Package fault defines the one error type that crosses package borders.
//
// A fault says what the caller can do about a failure (its kind), carries a
// stable dotted code for clients, translations and tests, and one sentence
// that is safe to show to the person who asked. Its cause is for the log only.
// An error that is not a fault is by definition [Internal]: the person sees no
// more than that something broke.
//
// Codes are part of the API: they are never renamed and never reused.
package fault

import (
	"errors"
	"fmt"
)

// Kind is the class of a failure: what the caller can do about it.
type Kind uint8

const (
	Internal Kind = iota // nobody classified it; the zero value on purpose
	Invalid              // the input is wrong; mend it and try again
	Unknown              // we do not know who is asking
	Denied               // we know, and they may not
	Missing              // no such thing, or not for these eyes
	Conflict             // the thing is not in a state that allows this
	Stale                // somebody changed it meanwhile; look again
	TooLarge             // more bytes than are allowed here
	Limited              // too many requests; wait
	Busy                 // an engine is away; try again later
)

// Error is a classified failure.
type Error struct {
	Kind  Kind
	Code  string            // stable and dotted: "tender.deadline_passed"
	Text  string            // one sentence for the person who asked
	Field map[string]string // for Invalid: path of the field to a sentence
	Err   error             // the cause; logged, never shown

	// Said and Parts are what Text and the sentences of Field were made from,
	// for those who say them in another language; see [Error.Sentence].
	Said  Sentence
	Parts map[string]Sentence
}

// Sentence is an English sentence in its parts: a format of package fmt, by
// which translations are found, and what stands in it.
type Sentence struct {
	Format string
	Args   []any
}

// Say makes a sentence.
func Say(format string, args ...any) Sentence { return Sentence{format, args} }

// String is the sentence in English.
func (s Sentence) String() string { return fmt.Sprintf(s.Format, s.Args...) }

// whole stands for a sentence of which only the words are known.
func whole(text string) Sentence { return Say("%s", text) }

// Sentence is Text in its parts.
func (e *Error) Sentence() Sentence {
	if e.Said.Format != "" && e.Said.String() == e.Text {
		return e.Said
	}
	return whole(e.Text)
}

// FieldSentence is the sentence about a field in its parts.
func (e *Error) FieldSentence(path string) Sentence {
	if s, ok := e.Parts[path]; ok && s.String() == e.Field[path] {
		return s
	}
	if e.Field[path] == e.Text {
		return e.Sentence()
	}
	return whole(e.Field[path])
}

// New returns a fault without a cause.
func New(k Kind, code, format string, args ...any) *Error {
	s := Say(format, args...)
	return &Error{Kind: k, Code: code, Text: s.String(), Said: s}
}

// Field returns an Invalid fault about one field. The code of the whole is
// code; path names the field as the caller sent it ("lots[0].title").
func Field(code, path, format string, args ...any) *Error {
	f := New(Invalid, code, format, args...)
	f.Field, f.Parts = map[string]string{path: f.Text}, map[string]Sentence{path: f.Said}
	return f
}

// Unless is nil if ok, and else the conflict that stands in the way.
func Unless(ok bool, code, text string) *Error {
	if ok {
		return nil
	}
	return New(Conflict, code, "%s", text)
}

// Fields returns an Invalid fault about several fields, with what is said of the
// whole.
func Fields(code string, of Sentence, parts map[string]Sentence) *Error {
	e := &Error{Kind: Invalid, Code: code, Text: of.String(), Said: of, Field: map[string]string{}, Parts: parts}
	for path, s := range parts {
		e.Field[path] = s.String()
	}
	return e
}

// Below returns e with its fields named as members of what stands at a path.
func (e *Error) Below(path string) *Error {
	c := *e
	c.Field, c.Parts = map[string]string{}, map[string]Sentence{}
	for name, s := range e.Field {
		c.Field[path+"."+name], c.Parts[path+"."+name] = s, e.FieldSentence(name)
	}
	return &c
}

// Because returns e with a cause for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Code + ": " + e.Text
	}
	return e.Code + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches on Code, so that a test can compare with a bare &Error{Code: ...}.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// From returns the fault in err's chain, or an Internal one that wraps err.
func From(err error) *Error {
	if f, ok := errors.AsType[*Error](err); ok {
		return f
	}
	return &Error{Code: "internal", Text: "Something broke on our side.", Err: err}
}

// Coded reports whether err carries the stable code.
func Coded(err error, code string) bool {
	return errors.Is(err, &Error{Code: code})
}
