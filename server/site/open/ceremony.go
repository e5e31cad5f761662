package open

import (
	"strconv"
	"strings"
	"time"

	"probity/bidding"
	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

// seatLine is one opener of the ceremony.
type seatLine struct {
	Group, Opener int
	Name          string
	Given         *bidding.Given
	Failed        bool
}

// groupLine is a group with how many of it are needed.
type groupLine struct {
	Guardian bool
	K        int
	Given    int
	Seats    []seatLine
}

// Enough reports whether the group has given enough.
func (g groupLine) Enough() bool { return g.Given >= g.K }

// ceremonyView is an opening as it stands.
type ceremonyView struct {
	Wrong    *site.Wrong
	Opening  bidding.Opening
	Tender   tenderOut
	Lot      tender.LotNotice
	Groups   []groupLine
	Rows     []bidding.RecordedBid // that are open while there is no record
	Seen     int                   // how many the page has that asks
	Record   *bidding.Record       // once it is made
	Release  bool                  // the visitor may release shares now
	Combine  bool                  // the visitor may combine now
	Missing  []seatLine            // who may still be put on record as not coming, by the visitor
	Rescue   []int                 // hours for which the visitor may call on bidders
	Calls    bool                  // bidders publish their keys now
	Released bool                  // the visitor has
	Words    map[string]string
}

// Rowed says what the page shows of bids before there is a record.
func (c ceremonyView) Rowed() string {
	switch {
	case c.Opening.State != bidding.Combining:
		return string(c.Opening.State)
	case c.Seen > 0 || len(c.Rows) > 0:
		return "rows"
	}
	return "none"
}

// bidTable is bids as they were opened.
type bidTable struct {
	Bids   []bidding.RecordedBid
	Priced bool // technical envelopes hold no price
}

// Table shows bids of this opening.
func (c ceremonyView) Table(bids []bidding.RecordedBid) bidTable {
	return bidTable{bids, c.Opening.Envelope != tender.Technical}
}

var ceremonyPage = site.PageOf[ceremonyView](name, "ceremony")

func ceremony(v *site.Visit) error { return theCeremony(v, nil) }

func theCeremony(v *site.Visit, wrong *site.Wrong) error {
	view := ceremonyView{Wrong: wrong, Words: v.Script("open.script.")}
	id := v.Path("opening")
	if err := v.Get(&view.Opening, "/api/v1/openings/%s", id); err != nil {
		return err
	}
	var err error
	if view.Tender, err = getTender(v, view.Opening.Tender); err != nil {
		return err
	}
	if n := view.Tender.Notice.Lot(view.Opening.Lot); n != nil {
		view.Lot = *n
	}
	view.Groups = groups(view.Tender, view.Opening)
	if view.Opening.State == bidding.Recorded && v.Query("record") != "seen" {
		view.Record = new(bidding.Record)
		if err := v.Get(view.Record, "/api/v1/openings/%s/record", id); err != nil {
			return err
		}
	}
	if view.Opening.State == bidding.Combining {
		view.Seen, _ = strconv.Atoi(v.Query("rows")) // not a number is none
		if view.Rows, err = rowsFrom(v, id, view.Seen); err != nil {
			return err
		}
	}
	view.Calls = view.Opening.State == bidding.Announced && view.Tender.Now.Before(view.Opening.RescueEnds)
	view.mine(v)
	return ceremonyPage.Show(v, wrong.Status(), view)
}

// mine says what the visitor may do.
func (c *ceremonyView) mine(v *site.Visit) {
	if v.Me == nil || c.Opening.State != bidding.Announced {
		return
	}
	enough := true
	for _, g := range c.Groups {
		enough = enough && g.Enough()
		for _, s := range g.Seats {
			if s.Given != nil && s.Given.User == v.Me.User {
				c.Released = true
			}
		}
	}
	c.Release = c.Tender.seat(v.Me.User) != nil && !c.Released
	if !v.Me.May(party.OpeningRecord) {
		return
	}
	over := !c.Tender.Now.Before(c.Opening.RescueEnds)
	c.failing()
	called := !c.Opening.RescueEnds.IsZero() && len(c.Missing) == 0
	c.Combine = over && (enough || called)
}

// rescueHours are for how long bidders may be called on.
var rescueHours = []int{24, 48, 72, 120, 168}

// failing says who may be put on record as not coming, and offers to call on
// bidders once some have been.
func (c *ceremonyView) failing() {
	for _, g := range c.Groups {
		for _, s := range g.Seats {
			if s.Given == nil && !s.Failed {
				c.Missing = append(c.Missing, s)
			}
		}
	}
	if len(c.Opening.Failed) > 0 && c.Opening.RescueEnds.IsZero() {
		c.Rescue = rescueHours
	}
}

// groups puts together who is to open and who has released.
func groups(t tenderOut, o bidding.Opening) []groupLine {
	var list []groupLine
	for j, g := range t.Openers.Groups {
		line := groupLine{Guardian: g.Guardian, K: g.K}
		for i, m := range g.Members {
			s := seatLine{Group: j, Opener: i + 1, Name: m.Name}
			for n := range o.Given {
				if x := &o.Given[n]; x.Group == j && x.Opener == i+1 {
					s.Given = x
					line.Given++
				}
			}
			for _, x := range o.Failed {
				s.Failed = s.Failed || x.Group == j && x.Opener == i+1
			}
			line.Seats = append(line.Seats, s)
		}
		list = append(list, line)
	}
	return list
}

// combine opens the bids with the shares that were given.
func combine(v *site.Visit) error {
	if err := v.Form(new(struct{})); err != nil {
		return err
	}
	return after(v, v.Post(nil, nil, "/api/v1/openings/%s/combine", v.Path("opening")))
}

type failForm struct {
	Seat   string `form:"seat"` // group and opener: "0-2"
	Reason string `form:"reason"`
}

// fail puts on the record that an opener will not answer.
func fail(v *site.Visit) error {
	var in failForm
	if err := v.Form(&in); err != nil {
		return err
	}
	group, opener, _ := strings.Cut(in.Seat, "-")
	g, gerr := strconv.Atoi(group)
	n, nerr := strconv.Atoi(opener)
	if gerr != nil || nerr != nil {
		g, n = -1, 0 // which the API refuses
	}
	return after(v, v.Post(map[string]any{"group": g, "opener": n, "reason": in.Reason}, nil, "/api/v1/openings/%s/failures", v.Path("opening")))
}

type rescueForm struct {
	Hours  int    `form:"hours"`
	Reason string `form:"reason"`
}

// rescue calls on bidders to open their own bids.
func rescue(v *site.Visit) error {
	var in rescueForm
	if err := v.Form(&in); err != nil {
		return err
	}
	until := v.Now().Add(time.Duration(min(max(in.Hours, 0), rescueHours[len(rescueHours)-1])) * time.Hour)
	return after(v, v.Post(map[string]any{"until": until, "reason": in.Reason}, nil, "/api/v1/openings/%s/rescue", v.Path("opening")))
}

func after(v *site.Visit, err error) error {
	if err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return theCeremony(v, w)
	}
	return v.SeeOther("", "/open/openings/%s", v.Path("opening"))
}
