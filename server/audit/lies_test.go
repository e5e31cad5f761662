package audit_test

import (
	"bytes"
	"time"

	"probity/bidding"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/event"
)

// lies are what a keeper of the log might have wished to be true.
var lies = []struct {
	what string
	lie  func(x *forgery)
	want string
}{
	{"another notice was approved", func(x *forgery) { x.fact("tender.publish", 0).says("Gold", "notice", "title", "en") }, "notice.approval"},
	{"the drafter approved", func(x *forgery) { x.fact("tender.approve", 0).By = "u-officer" }, "notice.approval"},
	{"the approver had drafted", func(x *forgery) { x.fact("tender.edit", 0).By = "u-approver" }, "notice.approval"},
	{"an opener had not signed", func(x *forgery) { x.fact("opener.sign", 1).Name = "opener.key" }, "notice.openers"},
	{"another signed for an opener", func(x *forgery) { x.fact("opener.sign", 1).By = "u-opener-1" }, "notice.openers"},
	{"an amendment of another notice", func(x *forgery) {
		x.fact("tender.amend", 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "before")
	}, "notice.amendment"},
	{"a deadline moved back", func(x *forgery) { x.fact("tender.extend", 0).says("2020-01-01T00:00:00.000Z", "deadline") }, "notice.amendment"},
	{"closed for another time", func(x *forgery) { x.fact(bidding.FactClose, 0).says("2020-01-01T00:00:00.000Z", "until") }, "notice.bounds"},
	{"closed early", func(x *forgery) { f := x.fact(bidding.FactClose, 0); f.At = f.At.Add(before) }, "notice.bounds"},
	{"an outage that is not counted", func(x *forgery) { x.fact("log.beat", 1).says(3, "outages") }, "uptime.record"},
	{"closed while the platform was away", func(x *forgery) {
		for i := range 2 {
			f := x.fact("log.beat", i)
			f.At = f.At.Add(before)
		}
	}, "notice.outage"},
	{"the grace window ended while the platform was away", func(x *forgery) {
		f := x.fact(bidding.FactCloseWindow, 0)
		f.At = f.At.Add(time.Hour)
	}, "notice.outage"},
	{"a grace window lengthened when it was over", func(x *forgery) {
		f := x.fact("opening.announce", 0)
		f.Name, f.Data = "tender.window-prolong", event.New("x", "", "x", f.At, map[string]any{"before": "2026-01-01T00:00:00.000Z", "until": "2026-01-01T01:00:00.000Z", "outages": []any{}}).Data
	}, "notice.outage"},
	{"another list at the deadline", func(x *forgery) {
		x.fact(bidding.FactClose, 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "head", "root")
	}, "closing.list"},
	{"another list after the window", func(x *forgery) {
		x.fact(bidding.FactCloseWindow, 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "head", "root")
	}, "closing.list"},

	{"a bid by somebody else", func(x *forgery) { x.fact("bid.submit", 0).By = "u-officer" }, "bid.signature"},
	{"a bid for another lot", func(x *forgery) { x.fact("bid.submit", 0).says("lot-2", "bid", "record", "lot") }, "bid.signature"},
	{"a bid with another content", func(x *forgery) {
		x.fact("bid.submit", 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "bid", "record", "envelopes", 0, "f")
	}, "bid.signature"},
	{"a bid under a number that was used", func(x *forgery) { x.fact("bid.submit", 1).says(7, "bid", "record", "seq") }, "bid.record"},
	{"a late bid is put in time", func(x *forgery) {
		bid, end := x.fact("bid.submit", 0), x.fact(bidding.FactClose, 0)
		bid.index, end.index = end.index, bid.index
	}, "bid.late"},
	{"a bid in time is called late", func(x *forgery) {
		f := x.fact("bid.submit", 2)
		f.Data, f.Name = event.New("x", "", "x", f.At, bidding.Late{Name: f.Name, Data: f.Data}).Data, bidding.FactLate
	}, "bid.late"},
	{"a bid that nobody made was stored", func(x *forgery) { x.fact("bid.stored", 0).says("org-9", "bidder") }, "closing.stored"},
	{"a lot went on with too few bids", func(x *forgery) { x.fact("lot.seal", 1).Name = "lot.nothing" }, "lot.minimum"},

	{"a bid is not opened", func(x *forgery) {
		var d struct{ Batch seal.Batch }
		f := x.fact("opening.announce", 0)
		f.get(x.t, &d)
		f.says(d.Batch.Fingerprints[1:], "batch", "fingerprints")
	}, "opening.batch"},
	{"a price is not opened, without a decision", func(x *forgery) { x.fact("opening.announce", 1).says("", "batch", "decision") }, "opening.batch"},
	{"opened before its time", func(x *forgery) { f := x.fact("opening.announce", 0); f.At = f.At.Add(before) }, "opening.batch"},
	{"an answer was another", func(x *forgery) {
		x.fact("opening.answer", 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "answer")
	}, "opening.answer"},
	{"an answer from another opener", func(x *forgery) { x.fact("opening.answer", 0).By = "u-opener-2" }, "opening.answer"},
	{"an opener is blamed", func(x *forgery) { x.fact("opening.answer", 0).says(1, "false") }, "opening.answer"},
	{"a share is another", func(x *forgery) {
		for path, b := range x.files {
			if i := bytes.Index(b, []byte(`"s":"`)); i > 0 && bytes.HasPrefix([]byte(path), []byte("openings/lot-1/technical/answers/")) {
				b[i+6] ^= 1
			}
		}
	}, "opening.answer"},
	{"another price was read out", func(x *forgery) {
		x.record(1, func(r *bidding.Record) { m := tender.MustMoney("1.00", "EUR"); r.Bids[0].Price = &m })
	}, "opening.offer"},
	{"a good bid is called void", func(x *forgery) {
		x.record(0, func(r *bidding.Record) { r.Bids[0].State, r.Bids[0].Cause = seal.Void, seal.CauseReseal })
	}, "opening.bid"},
	{"a bid is not in the record", func(x *forgery) { x.record(0, func(r *bidding.Record) { r.Bids = r.Bids[1:] }) }, "opening.record"},
	{"a bid has another bidder", func(x *forgery) { x.record(1, func(r *bidding.Record) { r.Bids[0].Bidder.ID = "beta" }) }, "opening.record"},
	{"a bid has other partners", func(x *forgery) {
		x.fact("bid.submit", 0).says([]any{map[string]any{"organisation": "x", "role": "lead"}}, "parties")
	}, "opening.record"},
	{"an opener is left out of the record", func(x *forgery) { x.record(0, func(r *bidding.Record) { r.Openers = r.Openers[1:] }) }, "opening.record"},
	{"an opener of another name", func(x *forgery) { x.fact("opening.combine", 0).says("Nobody", "given", 0, "name") }, "opening.record"},
	{"a false proof is published", func(x *forgery) { x.record(1, func(r *bidding.Record) { r.Bids[0].Proof = r.Bids[1].Proof }) }, "opening.proof"},

	{"an evaluator gave other scores", func(x *forgery) { x.fact("evaluation.hand-in", 0).says("1", "record", "scores", 0, "value") }, "evaluation.signature"},
	{"an evaluator with a conflict", func(x *forgery) { x.fact("evaluation.declare", 0).says([]string{"alpha"}, "declaration", "conflicts") }, "evaluation.signature"},
	{"the panel found something else", func(x *forgery) { x.fact("evaluation.find", 0).says("Rejected for no reason.", "finding", "rejected") }, "evaluation.input"},
	{"another technical decision", func(x *forgery) { x.fact("evaluation.qualify", 0).says("valid", "entries", 2, "status") }, "evaluation.decision"},
	{"ranked by other scores", func(x *forgery) {
		x.rank(func(in *score.Input) { in.Bids[0].Scores[0].Value = dec("0.5") })
	}, "evaluation.input"},
	{"ranked by other prices", func(x *forgery) {
		x.rank(func(in *score.Input) { m := tender.MustMoney("1.00", "EUR"); in.Bids[1].Price = &m })
	}, "evaluation.input"},
	{"a bid was not ranked", func(x *forgery) { x.rank(func(in *score.Input) { in.Bids = in.Bids[:2] }) }, "evaluation.input"},
	{"ranked by other rules", func(x *forgery) { x.rank(func(in *score.Input) { in.Criteria.Places = 0 }) }, "evaluation.input"},
	{"another ranking", func(x *forgery) { x.fact("evaluation.rank", 0).says("99.99", "ranking", "entries", 0, "total") }, "evaluation.ranking"},

	{"another winner", func(x *forgery) { x.fact("award.decide", 0).says("beta", "decision", "winner", "supplier", "id") }, "award.winner"},
	{"another price is awarded", func(x *forgery) { x.fact("award.decide", 0).says("1.00", "decision", "winner", "price", "amount") }, "award.winner"},
	{"an award on another ranking", func(x *forgery) {
		x.fact("award.decide", 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "decision", "ranking")
	}, "award.winner"},
	{"the one who proposed decides", func(x *forgery) { x.fact("award.propose", 0).By = "u-approver" }, "award.signature"},
	{"something else was proposed", func(x *forgery) { x.fact("award.propose", 0).says("no reason", "decision", "reasons", "en") }, "award.signature"},
	{"a shorter standstill", func(x *forgery) { x.fact("award.notify", 0).says("2020-01-01T00:00:00.000Z", "standstillEnds") }, "award.standstill"},
	{"an award in force too early", func(x *forgery) { f := x.fact("lot.confirm", 0); f.At = f.At.Add(before) }, "award.standstill"},
	{"an award held up by a complaint", func(x *forgery) {
		f := x.fact("lot.award", 0)
		f.Name = "tender.suspend"
		f.says("c-1", "complaint")
	}, "award.standstill"},
	{"a bidder was told something else", func(x *forgery) {
		x.fact("award.notice", 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "notice")
	}, "award.notice"},

	{"a contract over more", func(x *forgery) { x.fact("contract.draw", 0).says("9999.00", "record", "price", "amount") }, "contract.record"},
	{"a contract with another unit price", func(x *forgery) { x.fact("contract.draw", 0).says("11", "record", "items", 0, "unitPrice") }, "contract.record"},
	{"a contract with another quantity", func(x *forgery) { x.fact("contract.draw", 0).says("11", "record", "items", 0, "quantity") }, "contract.record"},
	{"a contract with somebody else", func(x *forgery) {
		x.fact("contract.draw", 0).says("beta", "record", "parties", 1, "organisation", "id")
	}, "contract.record"},
	{"a contract with other milestones", func(x *forgery) {
		x.fact("contract.draw", 0).says("1.00", "record", "milestones", 0, "amount", "amount")
	}, "contract.record"},
	{"a contract that shows another price", func(x *forgery) { x.fact("contract.draw", 0).says("11", "record", "items", 0, "unitPrice") }, "contract.paper"},
	{"a contract with another title", func(x *forgery) { x.fact("contract.draw", 0).says("Gold", "record", "title", "en") }, "contract.paper"},
	{"another paper was signed", func(x *forgery) {
		x.fact("contract.sign", 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "body")
	}, "contract.signature"},
	{"one side signed for both", func(x *forgery) { x.fact("contract.sign", 1).says("supplier", "side") }, "contract.signature"},
	{"signed before the standstill was over", func(x *forgery) {
		a, b := x.fact("lot.confirm", 0), x.fact("contract.sign", 0)
		a.index, b.index = b.index, a.index
	}, "contract.signature"},
	{"another file was sealed", func(x *forgery) {
		x.fact("contract.seal", 0).says("00000000000000000000000000000000000000000000000000000000000000ff", "file")
	}, "contract.paper"},
	{"more is charged than agreed", func(x *forgery) { x.fact("contract.invoice", 0).says("9999.00", "amount", "amount") }, "contract.sums"},
	{"more is paid than charged", func(x *forgery) { x.fact("contract.pay", 0).says("9999.00", "amount", "amount") }, "contract.sums"},
	{"a key of somebody else", func(x *forgery) { x.fact("device.add", 0).says("u-nobody", "user") }, "keys.registered"},
	{"a key that was registered later", func(x *forgery) {
		key, use := x.by("device.add", "u-approver"), x.fact("tender.approve", 0)
		key.index, use.index = use.index, key.index
	}, "notice.approval"},
	{"what cannot be computed with", func(x *forgery) { x.fact("evaluation.rank", 0).Data = []byte(`{"lot":"lot-1"}`) }, "evaluation.ranking"},
	{"what cannot be read", func(x *forgery) { x.fact("award.decide", 0).says(7, "decision") }, "fact.form"},
	{"a standstill of an age", func(x *forgery) {
		x.fact("tender.publish", 0).says(int64(1)<<50, "policy", "limits", "standstill", "n")
	}, "notice.approval"},
	{"a notice without lots", func(x *forgery) { x.fact("tender.publish", 0).Data = []byte(`{}`) }, "notice.approval"},
}
