package app

import (
	"context"
	"net/url"
	"runtime"

	"probity/server/people"
	"probity/server/web"
	"probity/tender/party"
)

// openPeople builds the service of accounts.
func (a *App) openPeople() error {
	key, err := secretFile(a.Config.Path("vault.key"), random)
	if err != nil {
		return err
	}
	vault, err := people.NewVault(key)
	if err != nil {
		return err
	}
	u, err := url.Parse(a.Config.URL)
	if err != nil {
		return err
	}
	a.People = &people.Service{
		Engine: a.Engine,
		Users:  shelf[party.User](a.Engine, party.Users.Kind),
		Orgs:   shelf[party.Organisation](a.Engine, party.Organisations.Kind),
		Hasher: people.NewHasher(max(1, runtime.GOMAXPROCS(0)/2)),
		Vault:  vault, Clock: a.Clock, Issuer: "Probity", RP: u.Hostname(),
		SetupFile: a.Config.Path("setup-ticket"),
	}
	return nil
}

// openWeb builds the API over all services.
func (a *App) openWeb() error {
	trusted, err := a.Config.Trusted()
	if err != nil {
		return err
	}
	a.Web = &web.Server{
		Services: web.Services{
			Tenders: a.Tenders, Bids: a.Bids, Openings: a.Openings, Judging: a.Judging,
			Enquiries: a.Enquiries, Complaints: a.Complaints, Awards: a.Awards, Contracts: a.Contracts,
			Ledger: ledgerDoor{a.Ledger}, Tickets: a.objects.tickets, Papers: a.Papers, Documents: a.objects, Archives: archives{a, make(chan struct{}, 2)},
		},
		People: a.People, Engine: a.Engine, Clock: a.Clock, Log: a.Log,
		Origin: a.Config.URL, Proxies: trusted, Sandbox: a.Config.Sandbox,
		Probes: []web.Probe{{Name: "engine", Check: func(ctx context.Context) error { _, err := a.Engine.Time(ctx); return err }}},
	}
	if a.Config.Sandbox {
		a.Web.Step = a.Clock.Step
	}
	return nil
}
