package command

import (
	"errors"

	"probity/server/client"
)

// objection is what a bidder's receipt proves against a closing entry, if err
// says so.
func objection(err error) *client.Objection {
	o, _ := errors.AsType[*client.Objection](err)
	return o
}
