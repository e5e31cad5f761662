package tender

import (
	"context"
	"sync"

	"probity/tender/party"
)

// looked keeps tenders as they were last read, so that what many ask for at
// once, a notice and its keys, is not decoded for each of them.
type looked struct {
	mu   sync.RWMutex
	kept map[string]*Tender
}

// maxLooked bounds the memory.
const maxLooked = 256

// Look is Get for those who only read: the result is shared, and must not be
// changed. It is as fresh as Get's, since the engine is asked for the version
// each time.
func (s *Service) Look(ctx context.Context, id string, by party.Actor) (*Tender, error) {
	d, err := s.Tenders.Engine.Get(ctx, Kind, id)
	if err != nil {
		return s.Get(ctx, id, by) // which says so in this package's words
	}
	s.looked.mu.RLock()
	t := s.looked.kept[id]
	s.looked.mu.RUnlock()
	if t == nil || t.Version != d.Version {
		if t, err = s.Tenders.Get(ctx, id); err != nil {
			return nil, err
		}
		s.looked.keep(t)
	}
	if err := t.Visible(by); err != nil {
		return nil, err
	}
	return t, nil
}

func (l *looked) keep(t *Tender) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept == nil || len(l.kept) >= maxLooked {
		l.kept = map[string]*Tender{}
	}
	l.kept[t.ID] = t
}
