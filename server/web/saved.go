package web

import (
	"net/url"
	"reflect"
	"time"

	"probity/server/notify"
	"probity/server/search"
	"probity/tender/fault"
)

// savedRoutes are the searches that a person comes back to.
func (s *Server) savedRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/desk/searches", Name: "listSearches", Right: SignedIn, Status: ok, Do: do(s.listSearches), Says: "Lists one's own saved searches."},
		{At: "POST /api/v1/desk/searches", Name: "saveSearch", Right: SignedIn, Status: nothing, Do: do(s.saveSearch), Says: "Saves a search."},
		{At: "POST /api/v1/desk/searches/{id}/look", Name: "lookAtSearch", Right: SignedIn, Status: nothing, Do: do(s.lookAtSearch), Says: "Notes that one has looked at a saved search: what is published later is new."},
		{At: "PUT /api/v1/desk/searches/{id}/mail", Name: "mailSearch", Right: SignedIn, Status: nothing, Do: do(s.mailSearch), Says: "Chooses whether one is written to when something new fits a saved search."},
		{At: "DELETE /api/v1/desk/searches/{id}", Name: "forgetSearch", Right: SignedIn, Status: nothing, Do: do(s.forgetSearch), Says: "Forgets a saved search."},
		{At: "GET /api/v1/mail/stop/{ticket}", Name: "showMailStop", Right: Open, Status: ok, Do: do(s.showMailStop), Says: "Says about which saved searches the link of a mail stops mail."},
		{At: "POST /api/v1/mail/stop/{ticket}", Name: "stopMail", Right: Open, Status: nothing, Do: do(s.stopMail), Says: "Stops mail about the saved searches that a mail was about. Nobody need sign in."},
	}
}

func (s *Server) listSearches(c *Call, _ Nothing) (List[search.Saved], error) {
	list, err := s.Search.Memory.Of(c.Context(), c.By.User)
	return List[search.Saved]{Items: append([]search.Saved{}, list...)}, err
}

type saveSearchIn struct {
	Name  string `json:"name" validate:"required,max=100"`
	Query string `json:"query" validate:"max=2000" doc:"as it stands behind the question mark of the page of results"`
	Quiet bool   `json:"quiet,omitempty" doc:"no mail when something new fits"`
}

func (s *Server) saveSearch(c *Call, in saveSearchIn) (Nothing, error) {
	if err := searchable(in.Query); err != nil {
		return Nothing{}, err
	}
	now, err := c.Now()
	if err != nil {
		return Nothing{}, err
	}
	return Nothing{}, s.Search.Memory.Keep(c.Context(), c.By.User, search.Saved{ID: c.NewID(), Name: in.Name, Query: in.Query, Made: now, Seen: now, Quiet: in.Quiet})
}

// asks reads what a saved search asks.
var asks = readsFrom(reflect.TypeFor[search.Asked]())

// searchable refuses to save what the search would refuse: it could never find
// anything, and its owner would wait.
func searchable(query string) error {
	address, err := url.ParseQuery(query)
	if err == nil {
		asked := search.Address(address, time.UTC)
		if err = checkShape(asks, reflect.ValueOf(asked)); err == nil {
			_, err = asked.Query()
		}
	}
	if err == nil {
		return nil
	}
	return fault.Field("searches.query", "query", "The search refuses this. Look at its results first, mend it, and save it then.")
}

type mailSearchIn struct {
	ID   string `path:"id"`
	Mail bool   `json:"mail" doc:"false for no mail"`
}

func (s *Server) mailSearch(c *Call, in mailSearchIn) (Nothing, error) {
	return Nothing{}, s.Search.Memory.Mail(c.Context(), c.By.User, in.ID, in.Mail)
}

type byTicket struct {
	Ticket string `path:"ticket"`
}

// mailStopOut is what a link stops.
type mailStopOut struct {
	Searches []notify.Search `json:"searches"`
}

func (s *Server) showMailStop(c *Call, in byTicket) (mailStopOut, error) {
	list, err := s.Notices.Stoppable(c.Context(), in.Ticket)
	return mailStopOut{append([]notify.Search{}, list...)}, err
}

func (s *Server) stopMail(c *Call, in byTicket) (Nothing, error) {
	return Nothing{}, s.Notices.Stop(c.Context(), in.Ticket)
}

func (s *Server) lookAtSearch(c *Call, in byID) (Nothing, error) {
	now, err := c.Now()
	if err != nil {
		return Nothing{}, err
	}
	return Nothing{}, s.Search.Memory.Look(c.Context(), c.By.User, in.ID, now)
}

func (s *Server) forgetSearch(c *Call, in byID) (Nothing, error) {
	return Nothing{}, s.Search.Memory.Forget(c.Context(), c.By.User, in.ID)
}
