package people

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"probity/tender/fault"
)

// journey is what a browser carries from one step to the next, sealed.
type journey struct {
	Step       string           `json:"step"`
	Until      int64            `json:"until"` // milliseconds
	State      string           `json:"state,omitempty"`
	Nonce      string           `json:"nonce,omitempty"`
	Verifier   string           `json:"verifier,omitempty"`
	Next       string           `json:"next,omitempty"`
	Invitation string           `json:"invitation,omitempty"` // that the identity is to be linked through
	User       string           `json:"user,omitempty"`       // who links, or who has yet to give a code
	Who        *OutsideIdentity `json:"who,omitempty"`
}

// The steps. A journey that was away comes home as one of the others, or ends.
const (
	stepAway  = "away"  // at the provider
	stepCode  = "code"  // known; our own second factor is missing
	stepOffer = "offer" // a proven identity that is nobody's here yet
)

// How long each may take.
const (
	awayLife  = 15 * time.Minute
	codeLife  = 5 * time.Minute
	offerLife = 15 * time.Minute
)

const journeyOwner = "outside journey"

func (s *Service) sealJourney(j journey) string {
	b, err := json.Marshal(j)
	if err != nil {
		panic(err) // of text and numbers
	}
	return base64.RawURLEncoding.EncodeToString(s.Vault.seal(journeyOwner, b))
}

// journey opens what a browser has brought, if it is at this step.
func (s *Service) journey(sealed, step string, now time.Time) (journey, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return journey{}, errJourney
	}
	if b, err = s.Vault.open(journeyOwner, b); err != nil {
		return journey{}, errJourney
	}
	var j journey
	if err := json.Unmarshal(b, &j); err != nil || j.Step != step || now.UnixMilli() >= j.Until {
		return journey{}, errJourney
	}
	return j, nil
}

var errJourney = fault.New(fault.Unknown, "outside.journey", "This way back does not belong to this browser, or it took too long. Begin again.")

// Outing is a browser on its way to the provider: where to, and what it carries.
type Outing struct{ URL, Sealed string }

// outing begins a journey.
func (s *Service) outing(ctx context.Context, j journey, now time.Time) (Outing, error) {
	if s.Outside == nil {
		return Outing{}, errNoOutside
	}
	j.Step, j.Until = stepAway, now.Add(awayLife).UnixMilli()
	j.State, j.Nonce, j.Verifier = randomText(20), randomText(20), randomText(30)
	url, err := s.Outside.Begin(ctx, j.question(now))
	return Outing{url, s.sealJourney(j)}, err
}

func (j journey) question(now time.Time) OutsideQuestion {
	return OutsideQuestion{j.State, j.Nonce, j.Verifier, j.User != "", now}
}
