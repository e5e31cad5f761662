package app_test

import (
	"testing"

	"probity/server/app/apptest"
	"probity/tender/party"
)

func TestClassificationsOverTheWire(t *testing.T) {
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	admin := party.Actor{User: "ada", Name: "Ada", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}
	list := map[string]any{"title": map[string]string{"en": "CPV"}, "source": "a test", "csv": "code,en\n33000000-0,Medical\n33100000-1,Devices\n"}
	const at = "/api/v1/classifications/CPV"

	if a := s.Ask(admin, "POST", at, list); a.Code != "actor.scope" {
		t.Error("a token loads lists:", a.Status, a.Code)
	}
	if a := s.Ask(party.PublicActor, "GET", at, nil); a.Status != 404 {
		t.Error("a list that nobody has loaded:", a.Status)
	}
	s.Load(t, "CPV", list["csv"].(string))
	var top struct {
		Edition int
		Items   []struct {
			ID   string
			Leaf bool
		}
	}
	s.Ask(party.PublicActor, "GET", at, nil).Read(t, &top)
	if top.Edition != 1 || len(top.Items) != 1 || top.Items[0].ID != "33000000-0" || top.Items[0].Leaf {
		t.Errorf("%+v", top)
	}
	var code struct{ Above, Below []struct{ ID string } }
	s.Ask(party.PublicActor, "GET", at+"/33100000-1", nil).Read(t, &code)
	if len(code.Above) != 1 || code.Above[0].ID != "33000000-0" || len(code.Below) != 0 {
		t.Errorf("%+v", code)
	}
	if a := s.Ask(party.PublicActor, "GET", at+"/999", nil); a.Code != "classification.code" {
		t.Error(a.Status, a.Code)
	}
}
