package main

import (
	"io"
	"os"

	"github.com/alecthomas/kong"

	"probity/server/config"
)

// strictJSON reads a settings file, after having refused one with names that
// mean nothing.
func strictJSON(r io.Reader) (kong.Resolver, error) {
	if f, ok := r.(*os.File); ok {
		if err := config.CheckFile(f.Name()); err != nil {
			return nil, err
		}
	}
	return kong.JSON(r)
}
