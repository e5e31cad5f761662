package people

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"strconv"
	"strings"
	"time"

	"probity/tender/canon"
)

// Tickets that go out by mail are derived, not drawn: an HMAC under the vault's
// key over what they are good for. So neither the database nor what waits to be
// mailed holds them, whoever reads either can make none, and the same letter
// tried twice holds the same link.

// derive is the secret of such a ticket: 160 bits over a purpose and all that
// it is bound to.
func (v *Vault) derive(purpose string, about ...string) string {
	m := hmac.New(sha256.New, v.macs)
	m.Write(canon.Must(append([]string{purpose}, about...)))
	return alphabet.EncodeToString(m.Sum(nil)[:20])
}

// invitationTicket is that of an invitation as it was last sent. Sending it
// again voids the one before.
func (v *Vault) invitationTicket(x *invitation) ticket {
	return ticket{invitePrefix, x.ID, v.derive("invitation", x.ID, x.Email, strconv.FormatInt(x.Expires.UnixMilli(), 10))}
}

// addressTicket shows that its holder reads the mail of an address: the one of
// an account, or the one that the account is to get.
type addressTicket struct {
	user   string
	until  time.Time
	secret string
}

func (v *Vault) addressTicket(user, address string, until time.Time) addressTicket {
	until = until.Truncate(time.Second).UTC()
	return addressTicket{user, until, v.derive("address", user, address, strconv.FormatInt(until.Unix(), 10))}
}

// String is what the mail holds.
func (t addressTicket) String() string {
	return strings.Join([]string{addressPrefix, t.user, strconv.FormatInt(t.until.Unix(), 36), t.secret}, "_")
}

// fits compares in constant time.
func (t addressTicket) fits(other addressTicket) bool {
	return subtle.ConstantTimeCompare([]byte(t.secret), []byte(other.secret)) == 1
}

// parseAddress reads what somebody presents. The error says nothing more.
func parseAddress(s string) (addressTicket, error) {
	parts := strings.Split(s, "_")
	if len(parts) != 4 || parts[0] != addressPrefix || len(parts[1]) > 100 || len(parts[3]) != 32 {
		return addressTicket{}, errAddress
	}
	until, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil || strconv.FormatInt(until, 36) != parts[2] {
		return addressTicket{}, errAddress
	}
	return addressTicket{parts[1], time.Unix(until, 0).UTC(), parts[3]}, nil
}
