package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"probity/server/app"
	"probity/server/audit"
	"probity/server/command"
	"probity/server/move"
	"probity/tender/fault"
	"probity/tender/store"
)

// backup makes a backup of a platform, which may be running.
type backup struct {
	place

	To    string `arg:"" help:"New folder for the backup." type:"path" placeholder:"FOLDER"`
	Since string `help:"Folder of an earlier backup on the same file system: files that it has are linked, not copied." type:"existingdir" placeholder:"FOLDER"`
	JSON  bool   `name:"json" help:"Report as JSON."`
}

// Run makes the backup and says what is in it.
func (b *backup) Run(ctx context.Context, c *command.Console) (err error) {
	s, err := b.server()
	if err != nil {
		return err
	}
	tell, done := c.Progress()
	defer done()
	source, open, err := app.Source(ctx, s, tell)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, open.Close()) }()
	source.Since = b.Since
	n, found, err := move.Backup(ctx, source, b.To)
	if err != nil {
		return err
	}
	if b.JSON {
		err = json.NewEncoder(c.Out).Encode(struct {
			*move.Note
			Findings []audit.Finding `json:"findings"`
		}{n, append([]audit.Finding{}, found...)})
	} else {
		tellFindings(c, found)
		fmt.Fprintf(c.Out, "ok  %d documents, %d log entries, %d files (%d bytes, %d linked) in %s\n",
			n.Count.Documents, n.Count.Entries, n.Count.Objects, n.Count.Bytes, n.Count.Linked, b.To)
		fmt.Fprintln(c.Out, "    The keys are not in it: log.key, seal.key, vault.key and ticket.key must be kept apart.")
	}
	if err == nil && len(found) > 0 {
		return fault.New(fault.Conflict, "backup.findings", "The backup is whole; what is wrong in it was wrong in the platform before.")
	}
	return err
}

// restore takes a backup into empty engines, of any kind.
type restore struct {
	place

	From   string   `arg:"" help:"Folder of the backup." type:"existingdir" placeholder:"FOLDER"`
	Newest []string `help:"File with the newest checkpoint or receipt that anybody has of this log, to accept the restored log at once." type:"existingfile" placeholder:"FILE" sep:"none"`
	JSON   bool     `name:"json" help:"Report as JSON."`
}

// Run restores, checks what came of it, and says what is left to do.
func (r *restore) Run(ctx context.Context, c *command.Console) (err error) {
	s, err := r.server()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	e, err := app.Configured(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	to, ok := e.Metadata.(store.Movable)
	if !ok {
		return fmt.Errorf("%T cannot take a backup", e.Metadata)
	}
	tell, done := c.Progress()
	defer done()
	got, err := move.Restore(ctx, r.From, move.Target{Metadata: to, Objects: e.Objects, Kinds: app.Collections(),
		Check: app.CheckBackup(s), Leave: app.LeaveBehind, Scratch: s.Data, Tell: tell})
	if err != nil {
		return err
	}
	found, err := audit.Fsck(ctx, audit.Keeping{Engine: to, Objects: e.Objects, Kinds: app.Collections(), Trust: trustIn(s.Origin), Progress: tell})
	if err != nil {
		return err
	}
	found = withoutLeftovers(found)
	if err := r.report(c, got, found); err != nil {
		return err
	}
	if len(found) > 0 {
		return errDamage
	}
	if len(r.Newest) == 0 {
		return nil
	}
	return (&accept{place: r.place, Newest: r.Newest, JSON: r.JSON}).on(ctx, c, to)
}

func (r *restore) report(c *command.Console, got *move.Restored, found []audit.Finding) error {
	if r.JSON {
		return json.NewEncoder(c.Out).Encode(struct {
			*move.Restored
			Findings []audit.Finding `json:"findings"`
		}{got, append([]audit.Finding{}, found...)})
	}
	tellFindings(c, found)
	fmt.Fprintf(c.Out, "ok  %d documents, %d log entries, %d files (%d bytes) restored, every checksum right\n",
		got.Moved.Documents, got.Moved.Entries, got.Moved.Objects, got.Moved.Bytes)
	if len(r.Newest) == 0 {
		fmt.Fprintln(c.Out, "    Nothing is accepted until the log is: run probity accept with the newest checkpoint or receipt that anybody has.")
	}
	return nil
}

// withoutLeftovers leaves out what the first start deletes again.
func withoutLeftovers(found []audit.Finding) []audit.Finding {
	var list []audit.Finding
	for _, x := range found {
		if x.Name != "object.undeleted" && x.Name != "object.orphan" {
			list = append(list, x)
		}
	}
	return list
}

// accept says that the log of a restored platform is the newest that was seen,
// or why it goes on without what is lost.
type accept struct {
	place

	Newest []string `help:"File with the newest checkpoint or receipt that anybody has of this log: a witness, a bidder, the old machine's log.seen." type:"existingfile" placeholder:"FILE" sep:"none"`
	Gap    string   `help:"Why the platform goes on although entries are lost. It goes on record." placeholder:"REASON"`
	JSON   bool     `name:"json" help:"Report as JSON."`
}

// Run accepts.
func (a *accept) Run(ctx context.Context, c *command.Console) (err error) {
	s, err := a.server()
	if err != nil {
		return err
	}
	e, err := app.Existing(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	return a.on(ctx, c, e.Metadata)
}

func (a *accept) on(ctx context.Context, c *command.Console, e store.Engine) error {
	x := move.Acceptance{Origin: a.Origin, Gap: a.Gap}
	for _, file := range a.Newest {
		b, err := app.ReadEvidence(file)
		if err != nil {
			return err
		}
		x.Newest = append(x.Newest, b)
	}
	m, err := move.Accept(ctx, e, x)
	if err != nil {
		return err
	}
	if a.JSON {
		return json.NewEncoder(c.Out).Encode(m)
	}
	fmt.Fprintf(c.Out, "ok  The log is accepted with %d entries; the platform goes on.\n", m.Size)
	return nil
}

func tellFindings(c *command.Console, found []audit.Finding) {
	for _, x := range found {
		fmt.Fprintf(c.Out, "WRONG  %-20s %s: %s\n", x.Name, x.Subject, x.Text)
	}
}
