package bidding

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"probity/bidding/seal"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/store"
)

// Placed is a fact in its place in the log.
type Placed struct {
	Index int64
	event.Event
}

// Read turns entries of the log into facts. Entries whose record was erased
// are left out.
func Read(entries []store.Entry) ([]Placed, error) {
	list := make([]Placed, 0, len(entries))
	for _, e := range entries {
		if e.Record == nil {
			continue
		}
		fact, err := event.Parse(e.Record)
		if err != nil {
			return nil, fmt.Errorf("bidding: log entry %d: %w", e.Index, err)
		}
		fact.Salt = e.Salt
		list = append(list, Placed{e.Index, fact})
	}
	return list, nil
}

// ClosedList computes the closing list of a tender from all its facts that
// stand in the log before the closing entry. It decides which bids are on
// time: nothing else does. openers is the hash of the manifest in force; bids
// made for an earlier one do not count. salt is the closing fact's: with it
// the list can be made again, equal to the byte, by whoever may read the facts.
func ClosedList(tender, openers string, facts []Placed, salt []byte) (seal.Closing, error) {
	var list []seal.Entry
	last := map[string]int{} // bidder and lot to its live entry in list
	for _, f := range facts {
		switch f.Name {
		case FactSubmit:
			r, err := bidRecord(f)
			if err != nil {
				return seal.Closing{}, err
			}
			who := r.Lot + "~" + r.Bidder
			if i, ok := last[who]; ok {
				list[i].State = seal.Replaced
			}
			last[who] = len(list)
			e := seal.Entry{Bidder: r.Bidder, Envelopes: r.Envelopes, Leaf: f.Index, Lot: r.Lot, Seq: r.Seq, State: seal.Live}
			if r.Openers != openers {
				e.State = seal.Superseded
				delete(last, who)
			}
			list = append(list, e)
		case FactWithdraw:
			r, err := withdrawal(f)
			if err != nil {
				return seal.Closing{}, err
			}
			who := r.Lot + "~" + r.Bidder
			if i, ok := last[who]; ok {
				list[i].State = seal.Withdrawn
				delete(last, who)
			}
		}
	}
	return closing(seal.Closed, "", tender, list, salt)
}

// WindowList computes which of the bids on time are stored and which lapsed,
// from the facts before the window's closing entry.
func WindowList(closed seal.Closing, facts []Placed, salt []byte) (seal.Closing, error) {
	stored := map[string]bool{}
	for _, f := range facts {
		if f.Name != FactStored {
			continue
		}
		var d storedData
		if err := json.Unmarshal(f.Data, &d); err != nil {
			return seal.Closing{}, fmt.Errorf("bidding: fact %s: %w", f.ID, err)
		}
		stored[fmt.Sprintf("%s~%s~%d", d.Lot, d.Bidder, d.Seq)] = true
	}
	list := append([]seal.Entry{}, closed.Entries...)
	for i, e := range list {
		if e.State != seal.Live {
			continue
		}
		list[i].State = seal.Lapsed
		if stored[fmt.Sprintf("%s~%s~%d", e.Lot, e.Bidder, e.Seq)] {
			list[i].State = seal.Stored
		}
	}
	return closing(seal.WindowClosed, closed.Head().Hash(), closed.Tender, list, salt)
}

// closing makes a list whose salt follows from the closing fact's own.
func closing(kind, previous, tender string, list []seal.Entry, salt []byte) (seal.Closing, error) {
	h := canon.Hash("closing-salt", salt)
	c := seal.Closing{Entries: list, Kind: kind, Previous: previous, Salt: hex.EncodeToString(h[:]), Tender: tender}
	return seal.ParseClosing(c.Bytes())
}

// storedData is the data of FactStored.
type storedData struct {
	Bidder    string             `json:"bidder"`
	Envelopes []seal.EnvelopeRef `json:"envelopes"`
	Lot       string             `json:"lot"`
	Seq       int64              `json:"seq"`
}

func bidRecord(f Placed) (seal.Bid, error) {
	var d submitted
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return seal.Bid{}, fmt.Errorf("bidding: fact %s: %w", f.ID, err)
	}
	return seal.ParseBid(d.Bid.Record)
}

func withdrawal(f Placed) (seal.Withdrawal, error) {
	var d struct {
		Withdrawal struct {
			Record json.RawMessage `json:"record"`
		} `json:"withdrawal"`
	}
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return seal.Withdrawal{}, fmt.Errorf("bidding: fact %s: %w", f.ID, err)
	}
	return seal.ParseWithdrawal(d.Withdrawal.Record)
}

// Names of the facts that bound a tender. Their data are made by the
// sequencer, which alone knows what stands before them.
const (
	FactClose       = "tender.close"
	FactCloseWindow = "tender.window-close"
)

// Bound is the data of the two closing entries: the head of the list, which
// shows no number of bids. The lists themselves are computed where needed.
type Bound struct {
	Head    seal.ClosingHead `json:"head"`
	Openers string           `json:"openers"` // hash of the manifest in force
	Until   string           `json:"until"`   // the deadline, or the end of the window
}

// Lists computes again, from all facts of a tender, the lists behind its two
// closing entries, and refuses if they do not have the heads that are logged.
// window is nil until the second entry stands.
func Lists(facts []Placed) (closed, window *seal.Closing, err error) {
	for i, f := range facts {
		if f.Name != FactClose && f.Name != FactCloseWindow {
			continue
		}
		var b Bound
		if err := json.Unmarshal(f.Data, &b); err != nil {
			return nil, nil, fmt.Errorf("bidding: fact %s: %w", f.ID, err)
		}
		var c seal.Closing
		if f.Name == FactClose {
			c, err = ClosedList(f.Topic, b.Openers, facts[:i], f.Salt)
			closed = &c
		} else if closed != nil {
			c, err = WindowList(*closed, facts[:i], f.Salt)
			window = &c
		}
		if err != nil {
			return nil, nil, err
		}
		if c.Head().Hash() != b.Head.Hash() {
			return nil, nil, fmt.Errorf("bidding: the closing entry %s does not match the facts before it", f.ID)
		}
	}
	return closed, window, nil
}

// Late is the data of FactLate: what a fact said that came behind the closing
// entry and was therefore not admitted.
type Late struct {
	Name string          `json:"name"` // what it would have been
	Data json.RawMessage `json:"data"`
}

// lateBid names the version that a late fact was about; "" if it was about none.
func lateBid(f Placed) (id string, seq int64, err error) {
	var d Late
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return "", 0, fmt.Errorf("bidding: fact %s: %w", f.ID, err)
	}
	if d.Name != FactSubmit {
		return "", 0, nil
	}
	f.Data = d.Data
	r, err := bidRecord(f)
	return BidID(r.Tender, r.Lot, r.Bidder), r.Seq, err
}
