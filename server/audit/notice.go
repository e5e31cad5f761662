package audit

import (
	"encoding/hex"
	"slices"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/rules"
	"probity/tender/sign"
)

// procedure is what the facts of the tender itself come to.
type procedure struct {
	notice   tender.Notice
	policy   *rules.Policy
	drafters []string
	approved string // hash of the notice that was approved

	manifest   *seal.Manifest
	extensions []seal.Extension
	consents   map[seal.Consent]bidding.Placed

	closed, sealed *bidding.Placed // the two closing entries
}

// replay is one kind of fact and what it does to the procedure.
type replay map[string]func(f bidding.Placed)

// notice follows the notice from its draft to the deadline: who approved which
// bytes, what was amended, what every opener has signed.
func (v *verifier) notice() error {
	v.p.consents = map[seal.Consent]bidding.Placed{}
	n := &noticeSteps{verifier: v,
		approval:  v.step("notice.approval", "A second person has signed the notice that was published"),
		openers:   v.step("notice.openers", "Every opener has signed the manifest with their key in it"),
		amendment: v.step("notice.amendment", "Every amendment follows on the notice before it, and the deadline only moved forward"),
		document:  v.step("notice.document", "Every document of the notice is there, with its hash"),
		outage:    v.step("notice.outage", "Deadlines were moved by outages as the rule and the uptime record say, and not otherwise"),
		bounds:    v.step("notice.bounds", "Bids were closed by the clock, at the published time"),
	}
	do := replay{
		"tender.create": n.draft, "tender.edit": n.draft, "tender.approve": n.approve, "tender.publish": n.publish,
		"tender.amend": n.amend, "tender.extend": n.extend, "tender.prolong": n.prolong, "openers.extend": n.extension, "opener.sign": n.consent,
		"tender.window-prolong": n.lengthen, "tender.openers": n.reseal, bidding.FactClose: n.close, bidding.FactCloseWindow: n.closeWindow,
	}
	for _, f := range v.facts {
		if act := do[f.Name]; act != nil {
			act(f)
		}
	}
	n.approval.expect(v.p.manifest != nil, v.OCID, "The archive does not say that the procedure was published.")
	n.documents()
	n.dates()
	for _, s := range []*step{n.approval, n.openers, n.amendment, n.document, n.bounds} {
		s.end()
	}
	if n.outage.n > 0 {
		n.outage.end()
	}
	return nil
}

type noticeSteps struct {
	*verifier
	approval, openers, amendment, document, outage, bounds *step

	window time.Time // when the grace window ends, if an outage has moved that
}

func (n *noticeSteps) draft(f bidding.Placed) { n.p.drafters = append(n.p.drafters, f.By) }

func (n *noticeSteps) approve(f bidding.Placed) {
	d, ok := data[struct {
		Notice    string
		Signature sign.Signature
	}](n.verifier, f)
	if !ok {
		return
	}
	record := canon.Must(tender.ApprovalRecord{Kind: "approve", Notice: d.Notice, Tender: n.OCID})
	if n.signed(n.approval, f, sign.Approve, record, d.Signature) {
		n.p.approved = d.Notice
	}
	n.approval.expect(!slices.Contains(n.p.drafters, f.By), f.ID, "%s has approved what they drafted themselves.", f.By)
}

func (n *noticeSteps) publish(f bidding.Placed) {
	d, ok := data[struct {
		Notice  tender.Notice
		Openers string
	}](n.verifier, f)
	if !ok {
		return
	}
	n.p.notice = d.Notice
	policy, err := rules.ParsePolicy(rawMember(f, "policy")) // which bounds its periods
	if n.approval.expect(err == nil, f.ID, "The policy that the procedure was published under cannot be read: %v.", err) {
		n.p.policy = policy
	}
	hash := canon.Hash("notice", rawMember(f, "notice"))
	n.approval.expect(n.p.approved == hexOf(hash), f.ID, "The notice that was published is not the one that was approved.")
	n.inForce(f, d.Openers)
}

// inForce takes in the opener manifest that bids are sealed for from now on.
func (n *noticeSteps) inForce(f bidding.Placed, manifest string) {
	m, err := seal.ParseManifest([]byte(manifest))
	if !n.openers.expect(err == nil, f.ID, "The opener manifest cannot be read: %v.", err) {
		return
	}
	t := n.p.notice.Timetable
	n.openers.expect(m.Tender == n.OCID && m.Deadline.Equal(t.Deadline) && m.Opens.Equal(t.Opens), f.ID, "The opener manifest is for another procedure or other dates.")
	for j, g := range m.Groups {
		for i, o := range g.Openers {
			c, signed := n.p.consents[m.NewConsent(j, i+1)]
			n.openers.expect(signed && c.By == o.ID, f.ID, "Opener %s had not signed the manifest.", o.ID)
		}
	}
	n.p.manifest, n.p.extensions = m, nil
}

// consent keeps an opener's signature over a manifest. Which one it is, the
// hash in the record says.
func (n *noticeSteps) consent(f bidding.Placed) {
	d, ok := data[struct {
		Opener, Openers string
		Signature       sign.Signature
	}](n.verifier, f)
	if !ok {
		return
	}
	for j := range 8 { // the group is in the record, and not in the fact
		c := seal.Consent{Group: j, Kind: "manifest", Opener: d.Opener, Openers: d.Openers, Tender: n.OCID, V: seal.Version}
		k := n.keys[d.Signature.Key]
		if sign.Verify(k.Key, sign.Manifest, c.Bytes(), d.Signature) == nil {
			n.signed(n.openers, f, sign.Manifest, c.Bytes(), d.Signature)
			n.p.consents[c] = f
			return
		}
	}
	n.openers.fail(f.ID, "The opener's signature is not over a manifest of this procedure.")
}

func (n *noticeSteps) amend(f bidding.Placed) {
	d, ok := data[struct {
		Before string
		Notice tender.Notice
	}](n.verifier, f)
	if !ok {
		return
	}
	was := n.p.notice
	n.amendment.expect(d.Before == was.Hash(), f.ID, "The amendment is one of another notice than the one in force.")
	n.amendment.expect(!d.Notice.Timetable.Deadline.Before(was.Timetable.Deadline) && !d.Notice.Timetable.Opens.Before(was.Timetable.Opens),
		f.ID, "The amendment moves the deadline or the opening back.")
	n.amendment.expect(d.Notice.Envelopes == was.Envelopes && d.Notice.Currency == was.Currency && len(d.Notice.Lots) == len(was.Lots),
		f.ID, "The amendment changes what bids are bound to.")
	n.p.notice = d.Notice
}

func (n *noticeSteps) extend(f bidding.Placed) {
	d, ok := data[struct{ Deadline string }](n.verifier, f)
	if !ok {
		return
	}
	t := &n.p.notice.Timetable
	to := readTime(d.Deadline)
	n.amendment.expect(to.After(t.Deadline), f.ID, "The extension moves the deadline back.")
	t.Opens = t.Opens.Add(to.Sub(t.Deadline))
	t.Deadline = to
}

func (n *noticeSteps) extension(f bidding.Placed) {
	if n.p.manifest == nil {
		return
	}
	e, err := seal.ParseExtension(rawMember(f, "extension"))
	if !n.amendment.expect(err == nil, f.ID, "The record of the later deadline cannot be read: %v.", err) {
		return
	}
	n.p.extensions = append(n.p.extensions, e)
	deadline, opens, err := n.p.manifest.Window(n.p.extensions)
	t := n.p.notice.Timetable
	n.amendment.expect(err == nil && deadline.Equal(t.Deadline) && opens.Equal(t.Opens), f.ID, "The record of the later deadline does not say what the notice says.")
}

func (n *noticeSteps) reseal(f bidding.Placed) {
	d, ok := data[struct{ Before, Openers string }](n.verifier, f)
	if !ok {
		return
	}
	n.openers.expect(n.p.manifest != nil && d.Before == n.p.manifest.Openers(), f.ID, "The openers who are replaced are not those in force.")
	n.inForce(f, d.Openers)
}

func (n *noticeSteps) close(f bidding.Placed) {
	t := n.p.notice.Timetable
	n.bounded(f, &n.p.closed, t.Deadline)
	n.passedOver(f)
}

func (n *noticeSteps) closeWindow(f bidding.Placed) {
	n.bounds.expect(n.p.closed != nil, f.ID, "The window ends before bids were closed.")
	n.bounded(f, &n.p.sealed, n.windowEnds())
	n.cutShort(f)
}

// dates holds the dates in force to the manifest and the records of later
// deadlines: devices of openers go by those.
func (n *noticeSteps) dates() {
	if n.p.manifest == nil {
		return
	}
	deadline, opens, err := n.p.manifest.Window(n.p.extensions)
	t := n.p.notice.Timetable
	n.amendment.expect(err == nil && deadline.Equal(t.Deadline) && opens.Equal(t.Opens), n.OCID, "The notice says another deadline than the manifest and the records of later deadlines.")
}

// documents looks at the files of the notice as it stood last.
func (n *noticeSteps) documents() {
	for _, d := range n.p.notice.Documents {
		for _, x := range d.Versions {
			raw, err := hex.DecodeString(x.SHA256)
			f, there := n.listed[documentPath(x.SHA256)]
			n.document.expect(err == nil && len(raw) == 32 && there && f.SHA256 == x.SHA256 && f.Size == x.Size,
				documentPath(x.SHA256), "Version %d of document %s, %q, is not there as it was published.", x.Number, d.ID, x.Name)
		}
	}
}

// bounded takes in one of the two closing entries.
func (n *noticeSteps) bounded(f bidding.Placed, at **bidding.Placed, until time.Time) {
	d, ok := data[bidding.Bound](n.verifier, f)
	if !ok || !n.bounds.expect(*at == nil, f.ID, "There are two such entries.") {
		return
	}
	*at = &f
	n.bounds.expect(readTime(d.Until).Equal(until), f.ID, "It says that the time was %s; the notice said %s.", d.Until, event.Time(until))
	n.bounds.expect(!f.At.Before(until), f.ID, "It was closed at %s, before the time.", event.Time(f.At))
	n.bounds.expect(n.p.manifest != nil && d.Openers == n.p.manifest.Openers(), f.ID, "It names other openers than those in force.")
}
