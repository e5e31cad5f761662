package papers

import (
	"context"

	"probity/bidding"
	"probity/documents/paper"
	"probity/tender"
	"probity/tender/award"
)

// Sources give what papers show beyond the records that they are asked for.
// They are set before the first paper is asked for; what is nil is left out.
type Sources struct {
	// Organisation names an organisation; one that nobody can name goes by its id.
	Organisation func(ctx context.Context, id string) (tender.OrgName, error)

	// Panel gives what evaluators have declared.
	Panel func(ctx context.Context, t *tender.Tender) (*bidding.Panel, error)

	// Award gives the decision that stands for a lot, or a fault of kind Missing.
	Award func(ctx context.Context, tender, lot string) (*award.Award, error)
}

// Names are organisations as papers name them, by id.
type Names map[string]tender.OrgName

// of is the name of an organisation, or its id.
func (n Names) of(id string) paper.Text {
	o, ok := n[id]
	if !ok {
		return paper.Text{english: tidy(id)}
	}
	return name(o)
}

// find adds organisations that are not known yet.
func (p *Papers) find(ctx context.Context, n Names, ids ...string) error {
	for _, id := range ids {
		if _, known := n[id]; known || p.Sources.Organisation == nil {
			continue
		}
		o, err := p.Sources.Organisation(ctx, id)
		if err != nil && !isMissing(err) {
			return err
		}
		if err == nil {
			n[id] = o
		}
	}
	return nil
}
