package portal

import (
	"encoding/hex"
	"net/http"
	"strings"

	"probity/documents/ledger"
	"probity/server/site"
)

// homeView is the first page: what this is, why it can be trusted, and what is
// going on.
type homeView struct {
	Open    int
	All     int
	Closing []found // the next to close
	Fresh   []found // the newest
	Sums    []sum
	Log     *logState // nil before the first entry
}

var homePage = site.PageOf[homeView](name, "home")

func (d desk) home(v *site.Visit) error {
	var closing, fresh searchResult
	var money spent
	if err := v.Find(&closing, map[string]string{"status": "open", "order": "deadline", "size": "5", "lang": v.Lang}, "/api/v1/search/tenders"); err != nil {
		return err
	}
	if err := v.Find(&fresh, map[string]string{"size": "5", "lang": v.Lang}, "/api/v1/search/tenders"); err != nil {
		return err
	}
	if err := v.Get(&money, "/api/v1/spending"); err != nil {
		return err
	}
	log, err := newestLog(v)
	if err != nil {
		return err
	}
	return homePage.Show(v, http.StatusOK, homeView{closing.Total, fresh.Total, closing.Items, fresh.Items, money.Sums, log})
}

// logState is how far the log has come: who keeps a copy of it knows later
// whether anything before was changed.
type logState struct {
	Size int64
	Root string // in hexadecimal digits
}

// newestLog reads the newest checkpoint of the log; nil if there is none yet.
func newestLog(v *site.Visit) (*logState, error) {
	var signed []byte
	if err := v.Get(&signed, "/log/checkpoint"); err != nil {
		if _, refused := site.Refused(err); refused {
			return nil, nil
		}
		return nil, err
	}
	body, _, _ := strings.Cut(string(signed), "\n\n")
	c, err := ledger.ParseCheckpoint(body + "\n")
	if err != nil {
		return nil, err
	}
	return &logState{c.Size, hex.EncodeToString(c.Root[:])}, nil
}

var howPage = site.PageOf[struct{}](name, "how")

func (d desk) how(v *site.Visit) error { return howPage.Show(v, http.StatusOK, struct{}{}) }
