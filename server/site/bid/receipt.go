package bid

import (
	"net/http"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/site"
	"probity/tender/canon"
)

// receiptView is what the platform says of a bid; the page's script checks it.
type receiptView struct {
	lotLine
	Org     string
	Record  string // as it was signed
	Rescues bool   // the bidder is asked to open its own bid
	Refused []*bidding.Refusal
	Words   map[string]string
}

var (
	receiptPage  = site.PageOf[receiptView](name, "receipt")
	withdrawPage = site.PageOf[withdrawView](name, "withdraw")
)

// submitted finds the bid that the address names; Missing if there is none.
func submitted(v *site.Visit) (lotLine, error) {
	t, err := getTender(v, v.Path("id"))
	if err != nil {
		return lotLine{}, err
	}
	l, err := line(v, t, v.Path("lot"))
	if err == nil && l.Last == nil {
		err = v.Missing()
	}
	return l, err
}

func receipt(v *site.Visit) error {
	l, err := submitted(v)
	if err != nil {
		return err
	}
	record, err := canon.Rewrite(l.Last.Record.Record)
	if err != nil {
		return err
	}
	view := receiptView{lotLine: l, Org: v.Me.Org, Record: string(record), Words: v.Script("bid.script.")}
	if view.Refused, err = refusals(v, l.Tender.ID); err != nil {
		return err
	}
	calls, err := calls(v, l)
	if err != nil {
		return err
	}
	for _, c := range calls {
		view.Rescues = view.Rescues || c.Now && !c.Published()
	}
	return receiptPage.Show(v, http.StatusOK, view)
}

// acts are a bidder's records that are no bid, each with a receipt that the
// browser checks.
type acts struct {
	Org       string
	Tender    tenderOut
	Lot       string
	Withdrawn []bidding.Withdrawal
	Refused   []*bidding.Refusal
}

// Acts of the lot.
func (v receiptView) Acts() acts {
	return acts{v.Org, v.Tender, v.Lot.ID, v.Bid.Withdrawals, v.Refused}
}

// Acts of the tender.
func (v lotsView) Acts() acts { return acts{Org: v.Org, Tender: v.Tender, Refused: v.Refused} }

// refusals are what was offered for a tender by one's own organisation and
// refused; each has a receipt.
func refusals(v *site.Visit, id string) ([]*bidding.Refusal, error) {
	var list site.List[*bidding.Refusal]
	err := v.Get(&list, "/api/v1/tenders/%s/refusals", id)
	return list.Items, err
}

// withdrawView is the record that takes a bid back, to be signed.
type withdrawView struct {
	lotLine
	Wrong  *site.Wrong
	Record string
	Words  map[string]string
}

func showWithdraw(v *site.Visit) error { return withdrawing(v, nil) }

func withdrawing(v *site.Visit, wrong *site.Wrong) error {
	l, err := submitted(v)
	if err != nil {
		return err
	}
	record := seal.Withdrawal{Bidder: v.Me.Org, Lot: l.Lot.ID, Seq: l.Bid.Seq + 1, Tender: l.Tender.ID}
	return withdrawPage.Show(v, wrong.Status(), withdrawView{l, wrong, string(record.Bytes()), v.Script("bid.script.")})
}

type withdrawForm struct {
	Record    string `form:"record"`
	Signature string `form:"signature"`
}

// withdraw hands in what the page has signed.
func withdraw(v *site.Visit) error {
	var in withdrawForm
	if err := v.Form(&in); err != nil {
		return err
	}
	signed, wrong := v.Signed(in.Record, in.Signature)
	if wrong != nil {
		return withdrawing(v, wrong)
	}
	if err := v.Post(map[string]any{"withdrawal": signed}, nil, "/api/v1/tenders/%s/withdrawals", v.Path("id")); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return withdrawing(v, w)
	}
	return v.SeeOther("bid.done.withdrawn", "/bid/tenders/%s/lots/%s/receipt", v.Path("id"), v.Path("lot"))
}
