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
}

// New returns a fault without a cause.
func New(k Kind, code, format string, args ...any) *Error {
	return &Error{Kind: k, Code: code, Text: fmt.Sprintf(format, args...)}
}

// Field returns an Invalid fault about one field. The code of the whole is
// code; path names the field as the caller sent it ("lots[0].title").
func Field(code, path, format string, args ...any) *Error {
	text := fmt.Sprintf(format, args...)
	return &Error{Kind: Invalid, Code: code, Text: text, Field: map[string]string{path: text}}
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
