package audit

import (
	"bytes"
	"cmp"
	"slices"

	"probity/bidding"
	"probity/documents/archive"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/sign"
)

// Names of the facts about device keys.
const (
	factDeviceAdd    = "device.add"
	factDeviceRevoke = "device.revoke"
)

// deviceKey is a key with which a person signs, as the log has registered it.
type deviceKey struct {
	Entry   int64    `json:"entry"` // index of the fact that registered it
	Key     sign.Key `json:"key"`
	Revoked int64    `json:"revoked,omitempty"` // index of the fact that ended its use
	User    string   `json:"user"`
}

// people reads the device keys from the facts that registered them.
func (v *verifier) people() error {
	s := v.step("keys.registered", "Every key that people signed with was registered in the log, by its owner")
	for _, f := range v.platform {
		switch f.Name {
		case factDeviceAdd:
			d, ok := data[struct {
				User string
				Key  sign.Key
			}](v, f)
			if !ok {
				continue
			}
			if s.expect(d.Key.Check() == nil && f.ID == event.ID("device/"+d.Key.ID, 1, 0) && f.By == d.User, f.ID, "The fact does not register a key for its own author.") {
				v.keys[d.Key.ID] = deviceKey{Entry: f.Index, Key: d.Key, User: d.User}
			}
		case factDeviceRevoke:
			d, ok := data[struct{ Key string }](v, f)
			if k, known := v.keys[d.Key]; ok && s.expect(known, f.ID, "A key is revoked that was never registered.") {
				k.Revoked = f.Index
				v.keys[d.Key] = k
			}
		}
	}
	var list []deviceKey
	for _, k := range v.keys {
		list = append(list, k)
	}
	got, err := v.in.Read(archive.KeysPath, 64<<20)
	s.expect(err == nil && bytes.Equal(got, keysFile(list)), archive.KeysPath, "The list of people's keys is not the one that the log gives.")
	s.end()
	return nil
}

// keysFile is the list of keys as a file.
func keysFile(list []deviceKey) []byte {
	slices.SortFunc(list, func(a, b deviceKey) int { return cmp.Compare(a.Entry, b.Entry) })
	return append(canon.Must(map[string]any{"keys": append([]deviceKey{}, list...)}), '\n')
}

// signed checks that the author of a fact has signed record with a key that
// was theirs then.
func (v *verifier) signed(s *step, f bidding.Placed, d sign.Domain, record []byte, sig sign.Signature) bool {
	k, known := v.keys[sig.Key]
	switch {
	case !known:
		s.fail(f.ID, "It is signed with a key that was not registered.")
	case k.User != f.By:
		s.fail(f.ID, "It is signed with the key of %s, and was done by %s.", k.User, f.By)
	case k.Entry > f.Index:
		s.fail(f.ID, "It is signed with a key that was registered only afterwards.")
	case k.Revoked > 0 && k.Revoked < f.Index:
		s.fail(f.ID, "It is signed with a key that was revoked before.")
	case sign.Verify(k.Key, d, record, sig) != nil:
		s.fail(f.ID, "The signature is not over this record.")
	default:
		return s.expect(true, "", "")
	}
	return false
}
