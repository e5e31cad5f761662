package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender"
	"probity/tender/sign"
)

func TestTendersAreInspected(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(p *place)
		code  string
	}{
		"as it should be":                    {func(p *place) {}, ""},
		"another hash":                       {func(p *place) { p.tender.Openers.Hash = strings.Repeat("0", 64) }, "openers.hash"},
		"another tender":                     {func(p *place) { p.tender.ID = "ocds-213czf-2" }, "openers.hash"},
		"a swapped key":                      {func(p *place) { p.tender.Openers.Groups[0].Members[1].Key = must(seal.GenerateOpenerKey()).Public() }, "openers.other"},
		"a lower threshold than is shown":    {func(p *place) { p.tender.Openers.Groups[0].K = 3 }, "openers.other"},
		"an opener who has not signed":       {func(p *place) { p.tender.Openers.Groups[0].Members[2].Signature = nil }, "seal.consent_missing"},
		"an opener whose device is unknown":  {func(p *place) { delete(p.tender.Evidence.Devices, "opener-3") }, "seal.consent_missing"},
		"a signature by another":             {func(p *place) { m := p.tender.Openers.Groups[0].Members; m[1].Signature = m[0].Signature }, "seal.consent_missing"},
		"a deadline without a record":        {func(p *place) { p.tender.Notice.Timetable.Deadline = noon.Add(3600e9) }, "openers.deadline"},
		"openers who may act too early":      {func(p *place) { p.tender.Notice.Timetable.GraceMinutes = 121 }, "openers.early"},
		"a tender that is closed":            {func(p *place) { p.tender.Phase = tender.Closed }, "tender.phase"},
		"openers with keys of an older kind": {classicKeys, "seal.manifest_kind"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, tender.OneEnvelope)
			x.spoil(p)
			_, err := client.Inspect(p.tender)
			wantFault(t, err, x.code)
		})
	}
	p := newPlace(t, tender.OneEnvelope)
	if got := must(client.Inspect(p.tender)); len(got.Unchecked) != 1 {
		t.Errorf("offline, the log cannot be checked: %q", got.Unchecked)
	}
	p.tender.Evidence = nil
	if got := must(client.Inspect(p.tender)); len(got.Unchecked) != 2 || !got.Deadline.Equal(noon) || !got.Opens.Equal(opens) {
		t.Errorf("%+v", got)
	}
}

func TestManifestMustBeInTheLog(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(k *keeper, p *place)
		code  string
	}{
		"as it should be":             {func(k *keeper, p *place) { p.logIn(k, "tender.publish", p.tender.Openers.Manifest) }, ""},
		"after openers were replaced": {func(k *keeper, p *place) { p.logIn(k, "tender.openers", p.tender.Openers.Manifest) }, ""},
		"another manifest":            {func(k *keeper, p *place) { p.logIn(k, "tender.publish", "{}") }, "openers.not_logged"},
		"another fact":                {func(k *keeper, p *place) { p.logIn(k, "tender.amend", p.tender.Openers.Manifest) }, "receipt.other"},
		"another log": {func(k *keeper, p *place) {
			p.logIn(newKeeper(p.t, "log.example/p"), "tender.publish", p.tender.Openers.Manifest)
		}, "log.signature"},
	} {
		t.Run(name, func(t *testing.T) {
			k, p := newKeeper(t, "log.example/p"), newPlace(t, tender.OneEnvelope)
			d := newDesk(t, k)
			x.spoil(k, p)
			got, err := d.client().PrepareFrom(t.Context(), p.tender)
			wantFault(t, err, x.code)
			if err == nil && len(got.Unchecked) != 0 {
				t.Errorf("not checked: %q", got.Unchecked)
			}
		})
	}
}

func TestFoldersAreHeldTogether(t *testing.T) {
	p := newPlace(t, tender.TwoEnvelopes)
	other := p.sealed("org-1")
	for name, x := range map[string]struct {
		spoil func(dir string)
		code  string
	}{
		"no bid.json":               {func(dir string) { os.Remove(filepath.Join(dir, "bid.json")) }, "folder.missing"},
		"a space in bid.json":       {func(dir string) { edit(dir, "bid.json", func(b []byte) []byte { return append(b, ' ') }) }, "folder.form"},
		"a header of another seal":  {func(dir string) { swap(other.Dir, dir, "technical.header.json") }, "folder.fingerprint"},
		"part hashes of another":    {func(dir string) { swap(other.Dir, dir, "technical.sums") }, "seal.part_hashes"},
		"a payload that is cut":     {func(dir string) { edit(dir, "financial.age", func(b []byte) []byte { return b[1:] }) }, "folder.payload"},
		"a payload that is gone":    {func(dir string) { os.Remove(filepath.Join(dir, "financial.age")) }, "folder.payload"},
		"a signed record of others": {func(dir string) { os.WriteFile(filepath.Join(dir, "signed.json"), []byte("{}"), 0o600) }, "folder.signed"},
		"a flipped bit":             {func(dir string) { edit(dir, "financial.age", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }) }, "folder.payload"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := p.sealed("org-1").Dir
			x.spoil(dir)
			f, err := client.OpenFolder(dir)
			if err == nil {
				err = f.Verify(nil)
			}
			if err == nil {
				_, err = f.Signed(must(sign.Generate()))
			}
			wantFault(t, err, x.code)
		})
	}
}
