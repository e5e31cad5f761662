package main

import (
	"context"
	"os"

	"probity/server/config"
	"probity/server/demo"
)

// play runs a whole purchase in a sandbox of its own.
type play struct {
	config.Engines

	Exit   bool   `help:"End after the last chapter, with status 0 only if everything checked out."`
	Out    string `help:"Folder for the contract, the papers, the receipts, the archive and a summary." placeholder:"FOLDER" type:"path"`
	Data   string `help:"Empty folder to keep the sandbox in; by default one that is removed at the end." placeholder:"FOLDER" type:"path"`
	Listen string `help:"Address to serve on; by default a free port of this machine."`
}

// Run tells the story.
func (p *play) Run(ctx context.Context) error {
	return demo.Run(ctx, demo.Options{Out: p.Out, Exit: p.Exit, Data: p.Data, Engines: p.Engines, Listen: p.Listen, Stdout: os.Stdout})
}
