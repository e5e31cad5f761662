package bidding

import (
	"encoding/json"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
)

// Sealing gives package tender what it must know of opener manifests.
type Sealing struct{}

var _ tender.Sealing = Sealing{}

// Manifest makes the manifest of t for these openers. Only hybrid keys are
// taken for new tenders.
func (Sealing) Manifest(t *tender.Tender, o tender.Openers) (manifest, hash string, err error) {
	var groups []seal.Group
	for _, g := range o.Groups {
		list := seal.Group{K: g.K, Name: g.Name}
		for _, m := range g.Members {
			list.Openers = append(list.Openers, seal.Opener{ID: m.User, Key: m.Key, Name: m.Name})
		}
		groups = append(groups, list)
	}
	d := t.Notice.Timetable
	m, err := seal.NewManifest(t.ID, d.Deadline, d.Opens, groups)
	if err != nil {
		return "", "", err
	}
	if err := m.RequireHybrid(); err != nil {
		return "", "", err
	}
	if err := m.RequireGrace(time.Duration(d.GraceMinutes) * time.Minute); err != nil {
		return "", "", err
	}
	return string(m.Bytes()), m.Openers(), nil
}

// Extension writes down the deadline of t that is in force now.
func (Sealing) Extension(t *tender.Tender) (string, error) {
	d := t.Notice.Timetable
	e := seal.Extension{Deadline: d.Deadline, Opens: d.Opens, Openers: t.Openers.Hash, Seq: int64(len(t.Openers.Extensions)) + 1, Tender: t.ID}
	m, before, err := manifestOf(t)
	if err != nil {
		return "", err
	}
	if _, _, err := m.Window(append(before, e)); err != nil {
		return "", err
	}
	return string(e.Bytes()), nil
}

// Consent returns what opener signs: that the manifest names its own key.
func (Sealing) Consent(manifest, opener string) ([]byte, error) {
	m, err := seal.ParseManifest([]byte(manifest))
	if err != nil {
		return nil, err
	}
	for j, g := range m.Groups {
		for i, o := range g.Openers {
			if o.ID == opener {
				return m.NewConsent(j, i+1).Bytes(), nil
			}
		}
	}
	return nil, fault.New(fault.Denied, "openers.stranger", "You are not in the opener manifest.")
}

// manifestOf reads the manifest of t and its extensions.
func manifestOf(t *tender.Tender) (*seal.Manifest, []seal.Extension, error) {
	m, err := seal.ParseManifest([]byte(t.Openers.Manifest))
	if err != nil {
		return nil, nil, err
	}
	var list []seal.Extension
	for _, raw := range t.Openers.Extensions {
		e, err := seal.ParseExtension(json.RawMessage(raw))
		if err != nil {
			return nil, nil, err
		}
		list = append(list, e)
	}
	return m, list, nil
}
