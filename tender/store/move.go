package store

import (
	"context"
	"strings"

	"probity/tender/event"
)

// Stored is a document as an engine has it, with the facts that wait in its
// outbox, in their order and with their IDs.
type Stored struct {
	Doc
	Waiting []event.Event
}

// Movable is an engine whose documents can be taken to another engine as they
// are. For the log, Engine's own methods are enough.
type Movable interface {
	Engine

	// Documents returns up to limit documents of a kind whose ids are behind
	// after, in the order of the ids' bytes. Each is as of one moment, the facts
	// that wait included; the list as a whole is not.
	Documents(ctx context.Context, kind, after string, limit int) ([]Stored, error)

	// Versions is Documents without the documents: it fills Kind, ID and Version
	// only, and is the cheapest way to see what has changed.
	Versions(ctx context.Context, kind, after string, limit int) ([]Doc, error)

	// Moment returns a context in which everything that is read is of one moment,
	// until end is called, if the engine can do that, and else ctx.
	Moment(ctx context.Context) (then context.Context, end func(), err error)

	// Import stores documents as they are, their versions and waiting facts
	// included, instead of what is there under their ids. It is for engines that
	// nobody works on meanwhile, and may be repeated. When it returns nil all of
	// list survives the loss of power.
	Import(ctx context.Context, list []Stored) error

	// Settled returns the end of the log, once what is on its way into the log
	// is in: a fact that waits in no outbox when it is called is below it.
	Settled(ctx context.Context) (Head, error)

	// Remove undoes Import: it removes a document of any kind.
	Remove(ctx context.Context, kind, id string) error
}

// SubjectOf returns the kind and id of the document that a fact is about, by
// the fact's ID.
func SubjectOf(eventID string) (kind, id string, ok bool) {
	kind, rest, ok := strings.Cut(eventID, "/")
	i := strings.LastIndexByte(rest, '#')
	if !ok || i < 0 {
		return "", "", false
	}
	return kind, rest[:i], true
}
