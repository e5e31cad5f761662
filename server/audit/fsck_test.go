package audit_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"probity/bidding"
	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/audit"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/plan"
	"probity/tender/store"
)

func (w *world) fsck(deep bool) []audit.Finding {
	w.Helper()
	return must(audit.Fsck(ctx(), audit.Keeping{Engine: w.Engine, Objects: w.Objects, Kinds: app.Collections(),
		Trust: ledger.Policy{Origin: logName}, Deep: deep}))(w)
}

// damage is something done to a platform behind its services' back.
var damage = []struct {
	what string
	do   func(w *world)
	want string // NAME part of the subject
}{
	{"a bid is changed in the engine", func(w *world) {
		shelf := store.Shelf[bidding.Bid, *bidding.Bid]{Engine: w.Engine, Kind: bidding.Kind}
		b := must(shelf.Get(ctx(), bidding.BidID(w.id, lot, "zeta")))(w)
		b.Versions[0].State = bidding.Withdrawn
		w.ok(shelf.Put(ctx(), b))
	}, "bid.state zeta"},
	{"a procedure is changed without a fact", func(w *world) {
		t := w.tender()
		t.Reason = "changed"
		w.ok(w.Tenders.Tenders.Put(ctx(), t))
	}, "document.ahead tender/"},
	{"a procedure is changed with an empty fact", func(w *world) {
		t := w.tender()
		t.Lots[1].Phase = tender.Ranked
		w.ok(w.Tenders.Tenders.Put(ctx(), t, event.New("tender.nothing", w.id, "u-x", w.now(), nil)))
		w.settled()
	}, "tender.state tender/"},
	{"the change before it has none", func(*world) {}, "fact.gap tender/"},
	{"a procedure comes from nowhere", func(w *world) {
		w.ok(w.Tenders.Tenders.Put(ctx(), &tender.Tender{Root: store.Root{ID: "ocds-x"}, Phase: tender.Draft, Created: w.now()}))
	}, "document.factless tender/ocds-x"},
	{"sealed bytes are deleted", func(w *world) { w.lose("bids/", "alpha/0001/technical/payload") }, "object.missing alpha/0001/technical/payload"},
	{"a header is exchanged", func(w *world) { w.exchange("bids/", "alpha/0001/financial/header") }, "object.changed alpha/0001/financial/header"},
	{"an opened paper is exchanged", func(w *world) { w.exchange("opened/", "technical/alpha/0002") }, "object.changed technical/alpha/0002"},
	{"an opening record is exchanged", func(w *world) { w.exchange("opened/", "financial/record.json") }, "object.changed financial/record.json"},
	{"a document of the notice is lost", func(w *world) { w.lose("notices/", "") }, "object.missing notices/"},
	{"a contract is exchanged", func(w *world) { w.exchange("contracts/", "sealed.pdf") }, "object.changed sealed.pdf"},
	{"a withdrawn bid comes back", func(w *world) { w.keep("bids/"+w.id+"/"+lot+"/gamma/0001/technical/payload", "sealed") }, "object.undeleted gamma"},
	{"a replaced bid comes back", func(w *world) { w.keep("bids/"+w.id+"/"+lot+"/beta/0001/technical/payload", "sealed") }, "object.undeleted beta"},
	{"a plan shows what it never published", func(w *world) { w.plan(plan.Published, "Bridges") }, "plan.edition plan/ocds-plan-1"},
	{"a plan is further than its facts", func(w *world) { w.plan(plan.Approved, "Roads") }, "plan.state plan/ocds-plan-2"},
	{"something is put aside", func(w *world) { w.keep("bids/elsewhere", "x") }, "object.orphan bids/elsewhere"},
}

// plan puts a plan in the engine whose facts tell of roads and of a publication.
func (w *world) plan(state plan.State, title string) {
	w.Helper()
	plans := store.Shelf[plan.Plan, *plan.Plan]{Engine: w.Engine, Kind: plan.Kind}
	made := must(plans.Engine.Find(ctx(), store.Query{Kind: plan.Kind, Index: "own", Limit: 10}))(w)
	year := 2031 + len(made.Docs)
	content := plan.Content{Year: year, Period: plan.CalendarYear(year), Title: tender.Text{"en": "Roads"}}
	public := content
	public.Title = tender.Text{"en": title}
	p := &plan.Plan{Root: store.Root{ID: "ocds-plan-" + strconv.Itoa(len(made.Docs)+1)}, Buyer: w.tender().Buyer, State: state, Content: content, Public: &public, Created: w.now()}
	p.Editions = []plan.Edition{{Number: 1, At: w.now(), Content: content.Hash(), Fact: "plan/" + p.ID + "#1"}}
	w.ok(plans.Put(ctx(), p, event.New("plan.publish", p.ID, "u-x", w.now(), map[string]any{"content": content})))
	w.settled()
}

func (w *world) keep(key, content string) {
	w.Helper()
	b := []byte(content)
	w.ok(w.Objects.Put(ctx(), key, int64(len(b)), sha256.Sum256(b), bytes.NewReader(b)))
}

// key finds an object by the beginning and the end of its key.
func (w *world) key(prefix, suffix string) string {
	w.Helper()
	for _, x := range must(w.Objects.List(ctx(), prefix, "", 1000))(w) {
		if strings.HasSuffix(x.Key, suffix) {
			return x.Key
		}
	}
	w.Fatalf("there is no object %s...%s", prefix, suffix)
	return ""
}

// unlock takes the locks off, as only the owner of the machine can.
func (w *world) unlock() {
	w.Helper()
	for _, path := range must(filepath.Glob(w.Config.Path("objects/data/*/*/keep")))(w) {
		w.ok(os.Remove(path))
	}
}

func (w *world) lose(prefix, suffix string) {
	w.Helper()
	w.unlock()
	w.ok(w.Objects.Delete(ctx(), w.key(prefix, suffix)))
}

func (w *world) exchange(prefix, suffix string) {
	w.Helper()
	key := w.key(prefix, suffix)
	w.unlock()
	w.ok(w.Objects.Delete(ctx(), key))
	w.keep(key, "something else")
}

// TestFsck does one damage after the other to a platform; each is named.
func TestFsck(t *testing.T) {
	w := newWorld(&standIn{folder: folder})
	defer w.stop()
	w.play()
	if found := w.fsck(true); len(found) > 0 {
		t.Fatalf("a sound platform: %v", found)
	}
	for _, d := range damage {
		d.do(w)
		name, subject, _ := strings.Cut(d.want, " ")
		found := w.fsck(false)
		if !slices.ContainsFunc(found, func(f audit.Finding) bool { return f.Name == name && strings.Contains(f.Subject, subject) }) {
			t.Errorf("%s: %s is not among the %d findings", d.what, d.want, len(found))
		}
	}
}
