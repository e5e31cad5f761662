package contract_test

import (
	"testing"

	. "probity/tender/award/awardtest"
	"probity/tender/contract"
	"probity/tender/party"
)

// A change is computed while it is written; what forbids it is said, and
// nothing is stored.
func TestChangeIsTriedBeforeItIsProposed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.inForce()
	before := w.read(c.ID).Version
	try := func(quantity string) *contract.Trial {
		t.Helper()
		x, err := w.Try(w.Context(), c.ID, ContractManager, contract.Change{Code: "mod-cir", Reason: Text("A long winter."),
			Lines: []contract.Line{sand(quantity)}, Milestones: milestones("1130.26")})
		w.Ok(err)
		return x
	}
	x := try("11")
	if x.Refusal != "" || x.After.Minor <= x.Before.Minor || x.Room == nil || len(x.Lines) != 1 || x.Lines[0].Total.Minor == 0 {
		t.Errorf("a lawful change comes to %+v", x)
	}
	if x := try("1000"); x.Refusal == "" || x.After.Minor <= x.Before.Minor+x.Room.Left.Minor {
		t.Errorf("a change beyond the limit comes to %+v", x)
	}
	if _, err := w.Try(w.Context(), c.ID, party.PublicActor, contract.Change{}); err == nil {
		t.Error("a stranger may try")
	}
	bad := sand("11")
	bad.ID = "../x"
	if _, err := w.Try(w.Context(), c.ID, ContractManager, contract.Change{Lines: []contract.Line{bad}}); err == nil {
		t.Error("a line without a name is computed")
	}
	if got := w.read(c.ID); got.Version != before || len(got.Changes) != 0 {
		t.Error("trying has changed the contract")
	}
	w.Ok(w.propose(c.ID, "11", "1130.26"))
	if open := w.read(c.ID).Waiting(); open == nil || open.ID != "c1" {
		t.Errorf("waiting is %+v", open)
	}
}

// A draft is drawn as often as its author likes; the paper is fixed by Draw.
func TestPreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.draft()
	b, err := w.Preview(w.Context(), c.ID, ContractManager)
	w.Ok(err)
	if len(b) == 0 || w.read(c.ID).Body != nil || w.read(c.ID).Version != c.Version {
		t.Error("the preview is empty, or has fixed something")
	}
	if _, err := w.Preview(w.Context(), c.ID, party.PublicActor); err == nil {
		t.Error("a stranger sees a draft")
	}
	drawn, err := w.Draw(w.Context(), c.ID, ContractManager)
	w.Ok(err)
	p, err := w.Preview(w.Context(), c.ID, ContractManager)
	w.Ok(err)
	paper, err := w.Paper(w.Context(), drawn.ID, ContractManager)
	w.Ok(err)
	if string(p) != string(paper) {
		t.Error("once it is drawn, another paper is shown than the one that is signed")
	}
}
