package app

import (
	"context"
	"time"

	"probity/tender/store"
)

// Refiling takes its time: the calls come first.
const (
	refileBatch = 100
	refileRest  = 10 * time.Millisecond
)

// refile brings saved searches into the index by which a new notice finds them;
// programs that did not know it have stored some without. Searches have the ids
// of their people, so it asks for each of those.
//
// It runs beside the calls, on every server, after every start, and remembers
// nothing: what a server of the old release writes meanwhile is found when the
// last of them has been replaced, since that one's start comes after. Several
// may do it at once, and each may be stopped anywhere.
func (a *App) refile(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := a.refileAll(ctx)
		if n > 0 {
			a.Log.InfoContext(ctx, "saved searches that mail is sent for were brought into their index", "people", n)
		}
		if err == nil || ctx.Err() != nil {
			return
		}
		a.Log.WarnContext(ctx, "not all saved searches are in their index yet; will try again", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// refileAll is one pass. It returns of how many people searches were brought in.
func (a *App) refileAll(ctx context.Context) (n int, err error) {
	saves := a.saves()
	for q := (store.Query{Index: "email", Limit: refileBatch}); ; {
		list, next, err := a.People.Users.Find(ctx, q)
		if err != nil {
			return n, err
		}
		for _, u := range list {
			done, err := saves.Refile(ctx, u.ID)
			if err != nil {
				return n, err
			}
			if done {
				n++
			}
		}
		if q.After = next; next == "" {
			return n, nil
		}
		select {
		case <-ctx.Done():
			return n, ctx.Err()
		case <-time.After(refileRest):
		}
	}
}
