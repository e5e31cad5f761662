package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"probity/tender/fault"
	"probity/tender/store"
)

// tickets make addresses under which one part of one upload can be sent, for
// minutes, to stores that have no addresses of their own. Whoever holds one
// can send exactly the bytes that were announced for it, and nothing else. The
// addresses are paths of this server, by whatever name it was reached.
type tickets struct {
	key    []byte // secret
	engine store.Engine
}

type ticket struct {
	Upload string `json:"u"`
	Part   int    `json:"n"`
	Until  int64  `json:"e"` // seconds since 1970, wall clock
}

var badTicket = fault.New(fault.Denied, "upload.ticket", "This upload address is not good any more. Ask for a new one.")

func (t *tickets) issue(ctx context.Context, upload string, part int) (url string, until time.Time, err error) {
	now, err := t.engine.Time(ctx)
	if err != nil {
		return "", until, err
	}
	until = now.Add(targetLife).Truncate(time.Second)
	body, err := json.Marshal(ticket{upload, part, until.Unix()})
	if err != nil {
		return "", until, err
	}
	text := base64.RawURLEncoding.EncodeToString(body)
	return "/upload/" + text + "." + base64.RawURLEncoding.EncodeToString(t.mac(text)), until, nil
}

func (t *tickets) mac(text string) []byte {
	m := hmac.New(sha256.New, t.key)
	m.Write([]byte("probity upload ticket\n" + text))
	return m.Sum(nil)
}

// Redeem tells what a ticket is good for.
func (t *tickets) Redeem(ctx context.Context, presented string) (upload string, part int, err error) {
	text, mac, _ := strings.Cut(presented, ".")
	got, err := base64.RawURLEncoding.Strict().DecodeString(mac)
	if err != nil || !hmac.Equal(got, t.mac(text)) {
		return "", 0, badTicket
	}
	body, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", 0, badTicket
	}
	var x ticket
	if err := json.Unmarshal(body, &x); err != nil {
		return "", 0, badTicket
	}
	now, err := t.engine.Time(ctx)
	if err != nil {
		return "", 0, err
	}
	if now.Unix() >= x.Until {
		return "", 0, badTicket
	}
	return x.Upload, x.Part, nil
}
