package party

import (
	"encoding/hex"
	"slices"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/text"
)

// Claim is what an organisation says it is, and what has been found about that.
// Earlier findings are in the log.
type Claim struct {
	Identifier
	State ClaimState `json:"state"`

	// Who found it so, when, on what evidence or why not; empty before.
	By       string     `json:"by,omitempty"`
	At       time.Time  `json:"at,omitzero"`
	Evidence []Evidence `json:"evidence,omitempty"`
	Reason   string     `json:"reason,omitempty"`
}

// ClaimState is where a claim is in its life.
type ClaimState string

// The states of a claim.
const (
	Unconfirmed ClaimState = "unconfirmed"
	Confirmed   ClaimState = "confirmed"
	Refused     ClaimState = "refused"
	Revoked     ClaimState = "revoked"
)

// Evidence is what an administrator has looked at.
type Evidence struct {
	Kind   string `json:"kind"`             // "document", "register" or "person"
	Text   string `json:"text"`             // what it shows
	SHA256 string `json:"sha256,omitempty"` // hex, of the document's bytes
}

// ClaimStep is what can be done to a claim.
type ClaimStep string

// The steps.
const (
	ConfirmClaim ClaimStep = "confirm"
	RefuseClaim  ClaimStep = "refuse"
	RevokeClaim  ClaimStep = "revoke"
	RenewClaim   ClaimStep = "renew" // the organisation asks again
)

// claimLife is the life of a claim. What does not stand here is refused.
var claimLife = []struct {
	from  ClaimState
	step  ClaimStep
	to    ClaimState
	right Action
	needs func(Finding) *fault.Error
}{
	{Unconfirmed, ConfirmClaim, Confirmed, OrgConfirm, evidenceShown},
	{Unconfirmed, RefuseClaim, Refused, OrgConfirm, reasonGiven},
	{Confirmed, RevokeClaim, Revoked, OrgConfirm, reasonGiven},
	{Refused, RenewClaim, Unconfirmed, OrgEdit, nil},
	{Revoked, RenewClaim, Unconfirmed, OrgEdit, nil},
}

// Finding is one step on a claim, by whom and on what grounds.
type Finding struct {
	Claim    string // key of its identifier
	Step     ClaimStep
	By       Actor
	At       time.Time
	Evidence []Evidence
	Reason   string
}

// AddClaim lets the organisation claim one more identifier, which is cleaned
// first. It returns the fact. path names the identifier as it was sent.
func (o *Organisation) AddClaim(path string, id Identifier, by Actor, now time.Time) (event.Event, error) {
	id, err := id.Clean(path)
	if err != nil {
		return event.Event{}, err
	}
	if slices.ContainsFunc(o.Claims, func(c Claim) bool { return c.Key() == id.Key() }) {
		return event.Event{}, fault.Field("organisation.claimed", path, "This identifier is claimed already.")
	}
	if len(o.Claims) >= maxClaims {
		return event.Event{}, fault.Field("organisation.claims", path, "An organisation has up to %d identifiers.", maxClaims)
	}
	o.Claims = append(o.Claims, Claim{Identifier: id, State: Unconfirmed})
	return event.New("organisation.claim", "", by.ID(), now, map[string]any{"organisation": o.ID, "identifier": id}), nil
}

// Settle takes a step on a claim and returns the fact. It is the only function
// that assigns Claim.State of a claim that there is. On error nothing is
// changed. Nobody confirms the organisation that they act for.
func (o *Organisation) Settle(f Finding) (event.Event, error) {
	i := slices.IndexFunc(o.Claims, func(c Claim) bool { return c.Key() == f.Claim })
	if i < 0 {
		return event.Event{}, fault.New(fault.Missing, "claim.missing", "This organisation claims no such identifier.")
	}
	for _, r := range claimLife {
		if r.from != o.Claims[i].State || r.step != f.Step {
			continue
		}
		if err := Allowed(f.By, r.right, o.ID); err != nil {
			return event.Event{}, err
		}
		if r.right == OrgConfirm && f.By.Org == o.ID {
			return event.Event{}, fault.New(fault.Denied, "claim.own", "Somebody of another organisation must do this.")
		}
		if err := f.clean(); err != nil {
			return event.Event{}, err
		}
		if r.needs != nil {
			if bad := r.needs(f); bad != nil {
				return event.Event{}, bad
			}
		}
		o.Claims[i] = Claim{o.Claims[i].Identifier, r.to, f.By.ID(), f.At, f.Evidence, f.Reason}
		return event.New("organisation."+string(f.Step), "", f.By.ID(), f.At, map[string]any{
			"organisation": o.ID, "identifier": f.Claim, "evidence": listed(f.Evidence), "reason": f.Reason,
		}), nil
	}
	return event.Event{}, fault.New(fault.Conflict, "claim.state", "A claim that is %s cannot take the step %q.", o.Claims[i].State, f.Step)
}

// clean tidies what was said about a claim.
func (f *Finding) clean() (err error) {
	if f.Reason, err = text.CleanLines("reason", f.Reason, 2000); err != nil {
		return err
	}
	if len(f.Evidence) > 20 {
		return fault.Field("claim.evidence", "evidence", "Name up to 20 pieces of evidence.")
	}
	f.Evidence = slices.Clone(f.Evidence)
	for i := range f.Evidence {
		e, path := &f.Evidence[i], at("evidence", i)
		if !slices.Contains([]string{"document", "register", "person"}, e.Kind) {
			return fault.Field("claim.evidence", path+".kind", "Evidence is a document, a register or a person.")
		}
		if e.Text, err = text.Require(path+".text", e.Text, 500); err != nil {
			return err
		}
		if b, err := hex.DecodeString(e.SHA256); e.SHA256 != "" && (err != nil || len(b) != 32 || hex.EncodeToString(b) != e.SHA256) {
			return fault.Field("claim.evidence", path+".sha256", "A hash is 64 small hexadecimal digits.")
		}
	}
	return nil
}

func evidenceShown(f Finding) *fault.Error {
	if len(f.Evidence) > 0 {
		return nil
	}
	return fault.Field("claim.evidence", "evidence", "Say what shows that the claim is true.")
}

func reasonGiven(f Finding) *fault.Error {
	if f.Reason != "" {
		return nil
	}
	return fault.Field("claim.reason", "reason", "Say why.")
}

// listed never is nil, which has no canonical form.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
