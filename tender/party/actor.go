package party

import (
	"slices"
	"strings"

	"probity/tender/fault"
)

// Role is what a person is in an organisation. The names are stored and logged
// and are never changed.
type Role string

// The roles. The last two are nobody's: the clock acts by itself, and the
// public is everybody.
const (
	RoleOfficer         Role = "officer"          // prepares and runs procedures
	RoleApprover        Role = "approver"         // the second pair of eyes
	RoleOpener          Role = "opener"           // holds a share of the key to the bids
	RoleEvaluator       Role = "evaluator"        // judges bids
	RoleContractManager Role = "contract_manager" // follows delivery and payment
	RoleRepresentative  Role = "representative"   // acts for a supplier
	RoleReviewer        Role = "reviewer"         // decides complaints
	RoleAuditor         Role = "auditor"          // reads everything, changes nothing
	RoleAdministrator   Role = "administrator"    // organisations, people, the platform
	RoleClock           Role = "clock"
	RolePublic          Role = "public"
)

// OrgKind is what an organisation is on this platform, for good: an authority
// that both buys and sells registers twice.
type OrgKind string

// The kinds. The organisation that runs the platform is of kind oversight; its
// administrators are the platform's.
const (
	KindBuyer     OrgKind = "buyer"
	KindSupplier  OrgKind = "supplier"
	KindReview    OrgKind = "review_body"
	KindOversight OrgKind = "oversight"
)

// held says which roles there are in an organisation of a kind.
var held = map[OrgKind][]Role{
	KindBuyer:     {RoleOfficer, RoleApprover, RoleOpener, RoleEvaluator, RoleContractManager, RoleAuditor, RoleAdministrator},
	KindSupplier:  {RoleRepresentative, RoleAdministrator},
	KindReview:    {RoleReviewer, RoleAdministrator},
	KindOversight: {RoleApprover, RoleOpener, RoleAuditor, RoleAdministrator},
}

// RolesIn lists the roles that a person may hold in an organisation of kind k.
func RolesIn(k OrgKind) []Role { return slices.Clone(held[k]) }

// Kinds lists the kinds of organisations.
func Kinds() []OrgKind { return []OrgKind{KindBuyer, KindSupplier, KindReview, KindOversight} }

// Roles lists all roles.
func Roles() []Role {
	return []Role{
		RoleOfficer, RoleApprover, RoleOpener, RoleEvaluator, RoleContractManager, RoleRepresentative,
		RoleReviewer, RoleAuditor, RoleAdministrator, RoleClock, RolePublic,
	}
}

// Actor is who does something: one person, in one role, for one organisation.
// It is a parameter of every use case. Actors are made by [User.Actor] and
// [User.TokenActor] from what is stored, never from what a request says.
type Actor struct {
	User    string // id of the person
	Name    string // as papers print it
	Org     string // id of the organisation; "" for clock and public
	OrgKind OrgKind
	Role    Role

	// Scopes is nil for a person in a session. For an API token it lists what
	// the token is good for; an empty list is good for nothing.
	Scopes []string
}

// The two actors who are nobody.
var (
	ClockActor  = Actor{User: "clock", Role: RoleClock}
	PublicActor = Actor{User: "public", Role: RolePublic}
)

// ID names the actor in facts.
func (a Actor) ID() string { return a.User }

// SignedIn reports whether a is a person whom we know.
func (a Actor) SignedIn() bool { return a.User != "" && !reserved(a.User) }

// reserved names are those of actors who are not people.
func reserved(user string) bool { return user == ClockActor.User || user == PublicActor.User }

// Check refuses an actor that nobody can be. A use case that meets one was
// called wrongly, so the answer is the same as to a stranger.
func (a Actor) Check() error {
	var ok bool
	switch a.Role {
	case RoleClock:
		ok = a.User == ClockActor.User && a.Org == "" && a.OrgKind == "" && a.Scopes == nil
	case RolePublic:
		ok = a.User != "" && a.User != ClockActor.User && a.Org == "" && a.OrgKind == ""
	default:
		ok = a.SignedIn() && a.Org != "" && slices.Contains(held[a.OrgKind], a.Role)
	}
	if ok {
		return nil
	}
	return fault.New(fault.Unknown, "actor.unknown", "Please sign in.")
}

// covers reports whether the scopes of a token include the action: its name,
// all of its noun ("bid.*"), or "read" for everything that only reads.
func covers(scopes []string, r row) bool {
	noun, _, _ := strings.Cut(string(r.action), ".")
	return slices.Contains(scopes, string(r.action)) || slices.Contains(scopes, noun+".*") ||
		r.is&reads != 0 && slices.Contains(scopes, ScopeRead)
}

// ScopeRead is the scope of a token for everything that only reads.
const ScopeRead = "read"

// CheckScopes refuses a list of scopes that is empty or names what there is
// not, or what no token may do.
func CheckScopes(path string, scopes []string) *fault.Error {
	if len(scopes) == 0 {
		return fault.Field("token.scopes", path, "Say what the token is for.")
	}
	for _, s := range scopes {
		known := s == ScopeRead || slices.ContainsFunc(table, func(r row) bool {
			return r.is&inPerson == 0 && covers([]string{s}, r)
		})
		if !known {
			return fault.Field("token.scopes", path, "There is no scope %.40q.", s)
		}
	}
	return nil
}
