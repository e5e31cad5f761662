package score

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"probity/tender/fault"
)

// id reports whether s can name something.
func id(s string) bool {
	return s != "" && len(s) <= maxID && utf8.ValidString(s) && strings.TrimSpace(s) == s
}

// ids refuses lists with a bad or repeated id.
func ids(path string, list []string) error {
	seen := make(map[string]bool, len(list))
	for _, s := range list {
		if !id(s) || seen[s] {
			return fault.Field("score.id", path, "%.40q is empty, too long or there twice.", s)
		}
		seen[s] = true
	}
	return nil
}

// reason refuses what says nothing, at path.
func reason(path, s string) error {
	if strings.TrimSpace(s) == "" || len(s) > MaxReason || !utf8.ValidString(s) {
		return fault.Field("score.reason", path, "A reason in writing is needed here, of at most %d bytes.", MaxReason)
	}
	return nil
}

// hash reads 32 bytes of lower-case hex.
func hash(path, s string) ([]byte, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 || hex.EncodeToString(b) != s {
		return nil, fault.Field("score.hash", path, "This is 32 bytes in lower-case hex.")
	}
	return b, nil
}

// Check finds what is wrong with the form of an input. What is merely not there
// yet (a score, a price, a decision) is for [Qualify], [Questions] and [Rank].
func (in *Input) Check() error {
	if in.Version != Version {
		return fault.Field("score.version", "version", "The version of these rules is %s.", Version)
	}
	if !id(in.Lot) {
		return fault.Field("score.id", "lot", "The lot needs an id.")
	}
	if _, err := in.Currency.Decimals(); err != nil {
		return err
	}
	if err := in.Criteria.Check(in.Currency); err != nil {
		return err
	}
	if err := in.checkLists(); err != nil {
		return err
	}
	if _, err := hash("root", in.Root); err != nil {
		return err
	}
	return in.checkBids()
}

func (in *Input) checkLists() error {
	items := make([]string, len(in.Items))
	for i, x := range in.Items {
		if x.Quantity.Sign() <= 0 {
			return fault.Field("score.items", "items."+x.ID, "The quantity is above 0.")
		}
		items[i] = x.ID
	}
	for _, list := range []struct {
		path string
		ids  []string
		most int
	}{{"requirements", in.Requirements, MaxRequirements}, {"items", items, MaxItems}, {"evaluators", in.Evaluators, MaxEvaluators}} {
		if len(list.ids) > list.most {
			return fault.Field("score.many", list.path, "At most %d are possible.", list.most)
		}
		if err := ids(list.path, list.ids); err != nil {
			return err
		}
	}
	switch n := len(in.Evaluators); {
	case (in.Criteria.Lines != "") != (len(in.Items) > 0):
		return fault.Field("score.items", "items", "A rule for contradictions and a price list belong together.")
	case (len(in.Criteria.Quality) > 0) != (n > 0), in.Criteria.Consensus == TrimmedMean && n < 3:
		return fault.Field("score.evaluators", "evaluators", "Quality is scored by evaluators; a trimmed mean needs three at least.")
	case !in.Criteria.Low.BelowEstimate.IsZero() && in.Estimate == nil:
		return fault.Field("score.estimate", "estimate", "The test against the estimated value needs that value.")
	case in.Estimate != nil && (in.Estimate.Currency != in.Currency || in.Estimate.Minor <= 0):
		return fault.Field("score.estimate", "estimate", "The estimated value is above 0 and in %s.", in.Currency)
	}
	return nil
}

func (in *Input) checkBids() error {
	if n := len(in.Bids); n == 0 || n > MaxBids {
		return fault.Field("score.many", "bids", "There are 1 to %d bids to rank.", MaxBids)
	}
	names, prints := make([]string, len(in.Bids)), make([]string, len(in.Bids))
	known := in.known()
	for i := range in.Bids {
		b := &in.Bids[i]
		names[i], prints[i] = b.ID, b.Fingerprint
		if _, err := hash("bids."+b.ID+".fingerprint", b.Fingerprint); err != nil {
			return err
		}
		if err := known.check(b); err != nil {
			return err
		}
	}
	if err := ids("bids", names); err != nil {
		return err
	}
	return ids("bids.fingerprint", prints)
}
