package party

import (
	"slices"

	"probity/tender/fault"
)

// Allowed refuses what the role table does not grant: an action of a, on a
// thing that belongs to owners. The owner of everything in a procedure is its
// buyer, except of what suppliers make: a bid, an enquiry, a complaint belongs
// to the supplier, a contract to both sides, a person to the organisations they
// are a member of. Without owners only what a may do everywhere is allowed.
//
// The faults: actor.unknown (sign in), actor.role, actor.scope, actor.foreign,
// the last one Missing for reads, since who may not read of a thing may not
// learn that it exists.
func Allowed(a Actor, act Action, owners ...string) error {
	if err := a.Check(); err != nil {
		return err
	}
	r := find(act)
	reach := r.reach(a)
	switch {
	case reach == 0 && !a.SignedIn() && a.Role == RolePublic:
		return fault.New(fault.Unknown, "actor.unknown", "Please sign in.")
	case reach == 0:
		return fault.New(fault.Denied, "actor.role", "This is not for the role %q.", a.Role)
	case a.Scopes != nil && (r.is&inPerson != 0 || !covers(a.Scopes, r)):
		return fault.New(fault.Denied, "actor.scope", "This token is not good for %q.", act)
	case reach == all || slices.Contains(owners, a.Org):
		return nil
	case r.is&reads != 0:
		return fault.New(fault.Missing, "actor.foreign", "There is no such thing here.")
	}
	return fault.New(fault.Denied, "actor.foreign", "This belongs to another organisation.")
}

// Could reports whether a may do act on something at all. It is for menus; use
// cases ask [Allowed].
func Could(a Actor, act Action) bool { return Allowed(a, act, a.Org) == nil }

// Actions lists every action in the order of the table.
func Actions() []Action {
	var list []Action
	for _, r := range table {
		list = append(list, r.action)
	}
	return list
}

// Reads reports whether act changes nothing.
func Reads(act Action) bool { return find(act).is&reads != 0 }

// SensitiveRead reports whether act reads what is closed to the public, so that
// a read of it by those who oversee others is a fact of its own.
func SensitiveRead(act Action) bool { return find(act).is&sensitive != 0 }

// Leaves reports whether act, done by a, must leave a fact although it changes
// nothing: a sensitive read by an auditor, administrator or reviewer. The use
// case stores that fact before it shows anything.
func Leaves(a Actor, act Action) bool {
	return SensitiveRead(act) && slices.Contains([]Role{RoleAuditor, RoleAdministrator, RoleReviewer}, a.Role)
}

// find returns the row of act; for an unknown one, a row that grants nothing.
func find(act Action) row {
	for _, r := range table {
		if r.action == act {
			return r
		}
	}
	return row{action: act}
}

// reach is how far a may go with the action; 0 for not at all.
func (r row) reach(a Actor) reach {
	var far reach
	for _, g := range r.who {
		var mine bool
		switch g.role {
		case RolePublic: // anyone
			mine = a.Role != RoleClock
		case "": // member
			mine = a.SignedIn() && a.Role != RoleClock
		default:
			mine = g.role == a.Role && g.kind == a.OrgKind
		}
		if mine {
			far = max(far, g.reach)
		}
	}
	return far
}
