package main

import (
	"probity/server/config"
)

// place says where a platform is, for commands that work on it without serving.
type place struct {
	config.Engines

	Data   string `help:"Folder of the embedded engines." default:"probity-data" env:"PROBITY_DATA" type:"path"`
	Keys   string `help:"Folder of the platform's keys; by default the data folder." env:"PROBITY_KEYS" type:"path"`
	Origin string `help:"Name of the transparency log." default:"localhost/probity" env:"PROBITY_ORIGIN"`
	URL    string `help:"Address that people use." default:"http://127.0.0.1:8080" env:"PROBITY_URL"`
}

func (p *place) server() (config.Server, error) {
	return config.Server{Data: p.Data, Keys: p.Keys, Origin: p.Origin, URL: p.URL, Engines: p.Engines}, p.CheckEngines()
}
