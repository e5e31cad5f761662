package app

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"
	"time"

	"probity/server/config"
	"probity/server/web"
	"probity/tender/fault"
)

// pendingMost bounds how many waiting facts are counted.
const pendingMost = 1000

// standing tells administrators how the platform stands.
func (a *App) standing(ctx context.Context) (web.State, error) {
	began := time.Now()
	now, err := a.Engine.Time(ctx)
	if err != nil {
		return web.State{}, err
	}
	took := time.Since(began)
	legal, err := a.Clock.Now(ctx)
	if err != nil {
		return web.State{}, err
	}
	head, err := a.Engine.Head(ctx)
	if err != nil {
		return web.State{}, err
	}
	waiting, err := a.Engine.Pending(ctx, pendingMost)
	if err != nil {
		return web.State{}, err
	}
	out := web.State{
		Version: version(), Sandbox: a.Config.Sandbox,
		Metadata: cmp.Or(a.Config.Metadata, config.Embedded), Objects: cmp.Or(a.Config.Objects, config.Folder),
		Now: now, Legal: legal, Took: took.Milliseconds(), Origin: a.Config.Origin, Entries: head.Size, Pending: len(waiting),
		Readers: []web.ReaderLag{},
	}
	out.Mails = a.Config.Mails()
	if out.MailDue, out.MailDead, err = a.Notices.Queue(ctx); err != nil {
		return out, err
	}
	for _, r := range a.readers {
		at, err := shelf[cursor](a.Engine, cursorKind).Get(ctx, r.Name)
		if errors.Is(err, &fault.Error{Code: "cursor.missing"}) {
			at, err = &cursor{}, nil
		}
		if err != nil {
			return out, err
		}
		out.Readers = append(out.Readers, web.ReaderLag{Name: r.Name, Behind: head.Size - at.Next})
	}
	return out, nil
}

// version is that of the program, as the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(len(s.Value), 12)]
		}
	}
	return info.Main.Version
}
