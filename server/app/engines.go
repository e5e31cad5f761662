package app

import (
	"errors"

	"probity/documents/blob"
	"probity/documents/blob/dir"
	"probity/server/config"
	"probity/server/store/bolt"
	"probity/tender/store"
)

// Engines are what a platform stands on. Whoever opens them gives them to the
// app, which closes the first.
type Engines struct {
	Metadata store.Engine
	Objects  blob.Store
}

// Embedded opens the engines that need no other server, in the data folder.
func Embedded(c config.Server) (Engines, error) {
	engine, err := bolt.Open(c.Path("probity.db"), Collections(), bolt.Options{})
	if err != nil {
		return Engines{}, err
	}
	objects, err := dir.Open(c.Path("objects"))
	if err != nil {
		return Engines{}, errors.Join(err, engine.Close())
	}
	return Engines{engine, objects}, nil
}
