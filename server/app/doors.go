package app

import (
	"cmp"
	"context"
	"net/url"
	"runtime"
	"strings"
	"time"

	"probity/server/classify"
	"probity/server/outside"
	"probity/server/people"
	"probity/server/search"
	"probity/server/site"
	"probity/server/site/account"
	"probity/server/site/admin"
	auditdesk "probity/server/site/audit"
	"probity/server/site/bid"
	"probity/server/site/buy"
	"probity/server/site/judge"
	"probity/server/site/open"
	"probity/server/site/portal"
	"probity/server/site/review"
	"probity/server/web"
	"probity/tender/party"
	"probity/tender/text"
)

// openPeople builds the service of accounts.
func (a *App) openPeople(ctx context.Context) error {
	key, err := a.secret(ctx, "vault.key")
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
		Vault:  vault, Clock: a.Clock, Issuer: "Probity", RP: u.Hostname(), Mails: a.Config.Mails(), URL: a.Config.URL,
		SetupFile: a.Config.Path("setup-ticket"), Many: a.Config.Shared() && !a.Config.NewKeys,
	}
	if a.Config.HasOutside() {
		a.People.Outside, err = a.outside()
	}
	return err
}

// outside is the service that people may sign in by. It is not asked here: a
// server starts without it.
func (a *App) outside() (*outside.Provider, error) {
	c := a.Config
	secret, err := c.ClientSecret()
	if err != nil {
		return nil, err
	}
	return &outside.Provider{Settings: outside.Settings{
		Issuer: c.OutsideIssuer, Client: c.OutsideClient, Secret: secret, Redirect: strings.TrimSuffix(c.URL, "/") + "/sign-in/outside/back",
		Scopes: c.Scopes(), Name: text.Text{"en": c.OutsideName, "zh": cmp.Or(c.OutsideNameZh, c.OutsideName)},
		ACR: strings.Fields(c.OutsideACR), AMR: strings.Fields(c.OutsideAMR),
	}}, nil
}

// openWeb builds the API over all services.
func (a *App) openWeb() error {
	trusted, err := a.Config.Trusted()
	if err != nil {
		return err
	}
	a.Keeper = &search.Keeper{Engine: a.Engine, Tenders: a.Tenders.Tenders, Awards: a.Awards, Contracts: a.Contracts, Plans: a.Plans, Index: new(search.Index), Book: new(search.Book), Log: a.Log}
	a.Web = &web.Server{
		Services: web.Services{
			Tenders: a.Tenders, Bids: a.Bids, Openings: a.Openings, Judging: a.Judging,
			Plans: a.Plans, Enquiries: a.Enquiries, Complaints: a.Complaints, Awards: a.Awards, Contracts: a.Contracts, Securities: a.Securities,
			Ledger: ledgerDoor{a.Ledger, a.Beats}, Tickets: a.objects.tickets, Papers: a.Papers, Documents: a.objects, Archives: archives{a, make(chan struct{}, 2), make(chan struct{}, 2)},
			Classes: &classify.Service{Lists: shelf[classify.List](a.Engine, classify.Collection.Kind), Objects: a.Objects},
			Notices: a.Notices,
			Search:  web.Search{Index: a.Keeper.Index, Book: a.Keeper.Book, Ready: a.Keeper.Ready, Memory: a.saves()},
		},
		People: a.People, Engine: a.Engine, Clock: a.Clock, Log: a.Log,
		Accepting: a.accepting,
		Origin:    a.Config.URL, Proxies: trusted, Sandbox: a.Config.Sandbox, Drain: a.Config.DrainTime(),
		Probes: []web.Probe{{Name: "engine", Check: a.answers}}, // without documents there is still much to serve
		Watch:  watch{a.Metrics},
	}
	if a.Config.Shared() {
		buckets := web.NewBuckets(web.MaxBuckets)
		buckets.Tally = web.Tallies{Engine: a.Engine}.Tell
		a.Web.Limiter = buckets
	}
	a.Web.State = a.standing
	if a.Config.Sandbox {
		a.Web.Step = a.Clock.Step
	}
	return a.openPages()
}

// openPages puts the pages over the API.
func (a *App) openPages() error {
	zone, err := time.LoadLocation(a.Config.Zone)
	if err != nil {
		return err
	}
	pages, err := site.New(site.Config{
		API: a.Web.Inside(), Clock: a.Clock, Log: a.Log,
		Name: cmp.Or(a.Config.Name, "Probity"), Origin: a.Config.URL, Zone: zone, Sandbox: a.Config.Sandbox,
		Connect: a.storeOrigin(), Desks: desks(),
	})
	if err != nil {
		return err
	}
	a.Web.Pages, a.Web.Sorry = pages, pages.Sorry
	return nil
}

// storeOrigin is where pages send sealed parts, if not to this server.
func (a *App) storeOrigin() []string {
	s, ok := a.Objects.(interface{ PublicOrigin() string })
	if !ok || s.PublicOrigin() == "" {
		return nil
	}
	return []string{s.PublicOrigin()}
}

// desks lists the pages, in the order of the header.
func desks() []site.Desk {
	return []site.Desk{
		portal.Desk(),
		bid.Desk(),
		buy.Desk(),
		review.Desk(),
		open.Desk(),
		judge.Desk(),
		auditdesk.Desk(),
		admin.Desk(),
		account.Desk(),
	}
}
