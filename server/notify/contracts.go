package notify

import (
	"context"

	"probity/tender/event"
	"probity/tender/party"
)

// parties are the roles on both sides of a contract that are told of it.
type parties struct{ buyer, supplier []party.Role }

// signers are both sides of a contract that is drawn; bothSides, who follows it.
var (
	signers   = parties{[]party.Role{party.RoleApprover}, []party.Role{party.RoleRepresentative}}.told
	bothSides = parties{[]party.Role{party.RoleOfficer, party.RoleContractManager}, []party.Role{party.RoleRepresentative}}.told
	approvers = parties{buyer: []party.Role{party.RoleApprover}}.told
	managers  = parties{buyer: []party.Role{party.RoleContractManager}}.told
	suppliers = parties{supplier: []party.Role{party.RoleRepresentative}}.told
)

// told leads each side to the contract as its own desk shows it.
func (p parties) told(ctx context.Context, s *Service, f event.Event) (told, error) {
	d, err := dataOf(f)
	if err != nil {
		return told{}, err
	}
	buyer, supplier, err := s.Sources.Contract(ctx, d.Contract)
	if err != nil {
		return told{}, err
	}
	t, err := s.Sources.Tender(ctx, f.Topic)
	if err != nil {
		return told{}, err
	}
	out := told{title: t.Notice.Title}
	for _, x := range []struct {
		org, folder string
		roles       []party.Role
	}{{buyer, buyContract, p.buyer}, {supplier, bidContract, p.supplier}} {
		if x.org == "" || len(x.roles) == 0 {
			continue
		}
		users, err := s.at(ctx, x.org, x.roles...)
		if err != nil {
			return out, err
		}
		out.tell(page(x.folder, d.Contract), users...)
	}
	return out, nil
}
