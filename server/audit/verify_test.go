package audit_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"probity/server/audit"
)

// told is one procedure, played once for all tests.
var told = sync.OnceValue(func() *played {
	w := newWorld(&standIn{folder: folder})
	w.play()
	p := &played{w: w}
	p.full, p.public = w.archive(audit.Full), w.archive(audit.Public)
	return p
})

type played struct {
	w            *world
	full, public []byte
}

func verify(t testing.TB, b []byte, trust audit.Trust) *audit.Report {
	t.Helper()
	r, err := audit.Verify(t.Context(), bytes.NewReader(b), int64(len(b)), trust)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// names are those of all checks of a sound archive. Programs read them.
var names = strings.Fields(`
	archive.container archive.scope log.entry log.order log.leaf log.record log.key archive.signed log.checkpoint log.proof
	keys.registered fact.gap uptime.record notice.approval notice.openers notice.amendment notice.document notice.bounds notice.outage
	bid.signature bid.record bid.late closing.stored closing.list lot.minimum
	opening.batch opening.answer opening.combine opening.record opening.bid opening.proof opening.file opening.offer
	evaluation.signature evaluation.input evaluation.decision evaluation.ranking evaluation.draw
	award.signature award.winner award.standstill award.notice
	contract.signature contract.record contract.paper contract.sums`)

func TestSound(t *testing.T) {
	p := told()
	for name, b := range map[string][]byte{"full": p.full, "public": p.public} {
		t.Run(name, func(t *testing.T) {
			r := verify(t, b, audit.Trust{Log: []string{p.w.LogKey.Public}, Seals: p.w.Papers.Roots()})
			for _, c := range r.Wrong() {
				t.Errorf("%s %s: %s", c.Name, c.Subject, c.Text)
			}
			var got []string
			for _, c := range r.Checks {
				t.Logf("%-24s %s", c.Name, c.Text)
				got = append(got, c.Name)
			}
			if !slices.Equal(got, names) {
				t.Errorf("checked %v", got)
			}
			if noted(r, "scope.public") != (name == "public") || noted(r, "scope.withheld") != (name == "public") {
				t.Errorf("notes: %v", r.Notes)
			}
		})
	}
}
