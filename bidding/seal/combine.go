package seal

import (
	"io"
	"slices"
)

// Seat is a place in the manifest: group from 0, opener from 1.
type Seat struct{ Group, Opener int }

// Complaint is something said by or about one opener for one bid, once it is
// known who was right.
type Complaint struct {
	Fingerprint Fingerprint
	Seat        Seat
	Code        string
	Blame       Blame
}

// Codes of complaints beside those that devices send.
const (
	CauseFalseShare     = "seal.share_false"     // the opener sent a share that does not match its commitment
	CauseFalseComplaint = "seal.complaint_false" // the opener complained about a share that was right
)

// Result is what combining gave for one bid. Cause is "" if the seal was
// reproduced; then [Result.Judge] decides with the payload.
type Result struct {
	Case       Case
	Cause      string
	Seed       Seed  // if reproduced
	Proof      Proof // seed if reproduced, shares if they prove the bid void
	Complaints []Complaint

	header *Header
}

// Outcome is the verdict as far as it is known without the payload.
func (r Result) Outcome() Outcome { return outcome(r.Cause) }

// Judge gives the verdict with the payload, without sealing again what
// Combine has already compared. It equals r.Case.Judge(r.Proof, ...).
func (r Result) Judge(payload io.Reader, sink Sink) (Verdict, error) {
	if r.Cause != "" {
		return Verdict{Outcome: outcome(r.Cause)}, nil
	}
	return r.Case.finish(r.header, r.Seed, payload, sink)
}

// Combine reproduces the seals of a batch from the openers' answers. Signatures
// on the answers are the caller's to check. It refuses to combine any bid
// before there are enough answers for every bid, so that nobody decides
// anything after seeing a rival (amendment 5); failed names openers whose
// failure to answer is on the record. Results are in the batch's order.
func Combine(o Opening, answers []Answer, failed []Seat) ([]Result, error) {
	results, tallies, err := o.count(answers, failed)
	if err != nil {
		return nil, err
	}
	parallel(len(results), func(i int) {
		if results[i].open() {
			results[i].combine(tallies[i])
		}
	})
	return results, nil
}

// Ready says why Combine would refuse, and combines nothing: so an intent can
// be put on record before any seed is known.
func Ready(o Opening, answers []Answer, failed []Seat) error {
	_, _, err := o.count(answers, failed)
	return err
}

// count sorts the answers by bid, once there are enough for every bid.
func (o Opening) count(answers []Answer, failed []Seat) ([]Result, []tally, error) {
	cases, err := o.Check()
	if err != nil {
		return nil, nil, err
	}
	seats := map[Seat]bool{}
	for _, a := range answers {
		if err := a.Check(o.Batch, o.Manifest); err != nil {
			return nil, nil, err
		}
		if seats[Seat{a.Group, a.Opener}] {
			return nil, nil, refused("seal.answer_twice", "An opener has answered the batch twice.")
		}
		seats[Seat{a.Group, a.Opener}] = true
	}
	results, tallies := make([]Result, len(cases)), make([]tally, len(cases))
	parallel(len(cases), func(i int) {
		results[i], tallies[i] = count(cases[i], i, answers)
		results[i].reveal(o.Revealed)
	})
	for i, r := range results {
		if r.open() && !tallies[i].ready(o.Manifest, failed) {
			return nil, nil, refused("seal.not_ready", "Not every bid of the batch has enough shares yet; none is combined.")
		}
	}
	return results, tallies, nil
}

// open reports whether shares are needed to decide.
func (r Result) open() bool { return r.Cause == "" && r.Proof.F == "" }

// tally is what the answers hold for one bid, by group.
type tally struct {
	good    [][]point
	answers map[Seat]bool
	claims  []int // complaints that shares cannot be used
}

// count sorts the answers' shares for bid number n.
func count(c Case, n int, answers []Answer) (Result, tally) {
	r := Result{Case: c}
	t := tally{make([][]point, len(c.Manifest.Groups)), map[Seat]bool{}, make([]int, len(c.Manifest.Groups))}
	if r.header, r.Cause = c.Device(); r.Cause != "" {
		return r, t
	}
	ctx := r.header.Context.Hash()
	for _, a := range answers {
		seat, given := Seat{a.Group, a.Opener}, a.Shares[n]
		t.answers[seat] = true
		share, ok := unhex(given.S)
		switch {
		case given.E != "":
			t.claims[a.Group]++
			r.complain(seat, given.E, BlameNone)
		case !ok || commitment(ctx, a.Group, a.Opener, share) != r.header.Groups[a.Group][a.Opener-1].Commitment:
			r.complain(seat, CauseFalseShare, BlameOpener)
		default:
			t.good[a.Group] = append(t.good[a.Group], point{byte(a.Opener), share})
		}
	}
	return r, t
}

func (r *Result) complain(s Seat, code string, blame Blame) {
	r.Complaints = append(r.Complaints, Complaint{r.Case.Fingerprint(), s, code, blame})
}

// ready: every group has k good shares, or no more can be expected.
func (t tally) ready(m *Manifest, failed []Seat) bool {
	for j, g := range m.Groups {
		if len(t.good[j]) >= g.K {
			continue
		}
		for i := range g.Openers {
			if s := (Seat{j, i + 1}); !t.answers[s] && !slices.Contains(failed, s) {
				return false
			}
		}
	}
	return true
}

// combine interpolates S and seals again.
func (r *Result) combine(t tally) {
	m := r.Case.Manifest
	for j, g := range m.Groups {
		if len(t.good[j]) < g.K {
			r.Cause = CauseSharesMissing
			if len(g.Openers)-t.claims[j] < g.K {
				r.Cause = CauseUnusable // even if all others were good
				return
			}
		}
	}
	if r.Cause != "" {
		return
	}
	shares := make([][]point, len(m.Groups))
	for j, g := range m.Groups {
		slices.SortFunc(t.good[j], func(a, b point) int { return int(a.x) - int(b.x) })
		shares[j] = t.good[j][:g.K]
	}
	r.settle(join(shares))
	if r.Cause != "" {
		r.Proof = shareProof(r.Case.Fingerprint(), shares)
	}
}

// settle compares the header with what s seals to, and decides who was right
// in each complaint: a share that an honest bidder would have written the same
// clears the bidder, one that differs clears the opener.
func (r *Result) settle(s Seed) {
	again, err := SealHeader(r.Case.Manifest, r.header.Context, s, r.header.Payload)
	if err != nil || string(again.Bytes()) != string(r.Case.Header) {
		r.Cause = CauseReseal
	} else {
		r.Cause, r.Seed, r.Proof = "", s, SeedProof(r.Case.Fingerprint(), s)
	}
	for n := range r.Complaints {
		c := &r.Complaints[n]
		if err != nil || c.Code != CauseDecrypt && c.Code != CauseRecord && c.Code != CauseCommitment {
			continue
		}
		mine, theirs := again.Groups[c.Seat.Group][c.Seat.Opener-1], r.header.Groups[c.Seat.Group][c.Seat.Opener-1]
		if mine.Commitment == theirs.Commitment && string(mine.Cipher) == string(theirs.Cipher) {
			c.Code, c.Blame = CauseFalseComplaint, BlameOpener
		} else {
			c.Blame = BlameBidder
		}
	}
}

// reveal takes the bidder's own seed if it reproduces the seal. If not, the bid
// waits for shares like any other: a bare seed proves nothing.
func (r *Result) reveal(proofs []Proof) {
	for _, p := range proofs {
		s, ok := unhex(p.Seed)
		if ok && r.header != nil && p.F == r.Case.Fingerprint().String() && r.Case.reseals(r.header, s) {
			r.settle(s)
			return
		}
	}
}
