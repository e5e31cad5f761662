package main

import (
	"errors"
	"fmt"

	"probity/server/command"
	"probity/server/mounts"
)

// drives looks at where the object store keeps its drives, on that machine: no
// call over the network shows it.
type drives struct {
	Folders []string `arg:"" type:"existingdir" help:"The folders that the object store was given as its drives."`
}

// errDrives ends the program after what was wrong has been said.
var errDrives = errors.New("a loss of power could take what these drives have acknowledged")

// Run says of each folder whether its mount keeps what the store acknowledges.
func (d *drives) Run(c *command.Console) error {
	var wrong error
	for _, folder := range d.Folders {
		m, err := mounts.Of(folder)
		if err != nil {
			return err
		}
		list := m.DriveDoubts()
		for _, x := range list {
			fmt.Fprintf(c.Out, "wrong  %s %s.\n", folder, x)
			wrong = errDrives
		}
		if len(list) == 0 {
			fmt.Fprintf(c.Out, "ok     %s lies on %s, mounted at %s with dirsync.\n", folder, m.Type, m.Point)
		}
	}
	return wrong
}
