package demo

import (
	"probity/tender"
	"probity/tender/party"
)

// organisation is one of the cast. All are made up, as are their numbers: the
// check characters are right, but no register gives out codes of DEMO, or of a
// district 000000.
type organisation struct {
	kind       party.OrgKind
	name       tender.Text
	identifier party.Identifier
	address    party.Address
	evidence   string // on which its claim is confirmed

	id string // given by the platform
}

// role is a part that somebody plays: who they are, where, and what they may do
// there. The first of an organisation registers it.
type role struct {
	key  string // by which the story calls them
	name string
	at   string // key of the organisation
	as   party.Role
}

// The platform's own organisation; its first person is set up by the operator.
const oversight = "oversight"

func organisations() map[string]*organisation {
	demo := func(id string) party.Identifier { return party.Identifier{Scheme: "XI-DEMO", ID: id} }
	lei := func(id string) party.Identifier { return party.Identifier{Scheme: party.SchemeLEI, ID: id} }
	all := map[string]*organisation{
		oversight: {kind: party.KindOversight, identifier: demo("OVERSIGHT-1"),
			name:    tender.Text{"en": "Procurement Oversight Office", "zh-CN": "采购监督办公室"},
			address: party.Address{Street: "2 Chapter House Lane", Locality: "Puerto Claro", Country: "XX"}},
		"ministry": {kind: party.KindBuyer, identifier: demo("MINISTRY-7"),
			name:     tender.Text{"en": "Ministry of Roads and Bridges", "zh-CN": "道路桥梁部"},
			address:  party.Address{Street: "1 Bridge Square", Locality: "Puerto Claro", Country: "XX"},
			evidence: "Decree that founds the ministry, seen in the official gazette"},
		"tribunal": {kind: party.KindReview, identifier: demo("TRIBUNAL-1"),
			name:     tender.Text{"en": "Procurement Review Tribunal", "zh-CN": "采购复议庭"},
			address:  party.Address{Street: "9 Court Road", Locality: "Puerto Claro", Country: "XX"},
			evidence: "Law on the review of procurement, article 3"},
		"aurora": {kind: party.KindSupplier, identifier: lei("DEMO00AURORA0FFICE52"),
			name:     tender.Text{"en": "Aurora Office Systems"},
			address:  party.Address{Street: "44 Lamp Street", Locality: "Puerto Claro", Country: "XX"},
			evidence: "Extract of the commercial register, not older than a month"},
		"bamboo": {kind: party.KindSupplier, identifier: party.Identifier{Scheme: party.SchemeUSCC, ID: "91000000DEM0BAMB3F"},
			name:     tender.Text{"en": "Bamboo Bridge Computers", "zh-CN": "竹桥计算机有限公司"},
			address:  party.Address{Street: "竹桥路8号", Locality: "南桥市", Country: "CN"},
			evidence: "Business licence with its unified social credit code"},
		"cobalt": {kind: party.KindSupplier, identifier: demo("COBALT-33"),
			name:     tender.Text{"en": "Cobalt Trading House"},
			address:  party.Address{Street: "3 Harbour Gate", Locality: "Puerto Claro", Country: "XX"},
			evidence: "Extract of the commercial register, not older than a month"},
		"delta": {kind: party.KindSupplier, identifier: lei("DEMO00DELTADATOS0039"),
			name:     tender.Text{"en": "Delta Datos"},
			address:  party.Address{Street: "Hill Farm 5", Locality: "Alto Delta", Country: "XX"},
			evidence: "Extract of the commercial register, not older than a month"},
	}
	for _, o := range all {
		o.identifier.LegalName = o.name.In("en")
	}
	return all
}

// cast lists everybody, founders first.
var cast = []role{
	{"keeper", "Ines Valdivia", oversight, party.RoleAdministrator},
	{"secretary", "Pilar Ortega", "ministry", party.RoleAdministrator},
	{"registrar", "Vera Blum", "tribunal", party.RoleAdministrator},
	{"aurora", "Alma Reyes", "aurora", party.RoleRepresentative},
	{"bamboo", "Bai Qing 白青", "bamboo", party.RoleRepresentative},
	{"cobalt", "Conrad Hale", "cobalt", party.RoleRepresentative},
	{"delta", "Dana Silva", "delta", party.RoleRepresentative},

	{"guard1", "Teodor Marsh", oversight, party.RoleOpener},
	{"guard2", "Wei Lan 魏兰", oversight, party.RoleOpener},
	{"auditor", "Noor Haddad", oversight, party.RoleAuditor},
	{"reviewer", "Rosa Quill", "tribunal", party.RoleReviewer},
	{"officer", "Mateo Rivas", "ministry", party.RoleOfficer},
	{"approver", "Lucía Ferro", "ministry", party.RoleApprover},
	{"opener1", "Ana Brix", "ministry", party.RoleOpener},
	{"opener2", "Bruno Cal", "ministry", party.RoleOpener},
	{"opener3", "Carla Dorn", "ministry", party.RoleOpener},
	{"opener4", "Dario Esk", "ministry", party.RoleOpener},
	{"opener5", "Elsa Funk", "ministry", party.RoleOpener},
	{"evaluator1", "Gita Rao", "ministry", party.RoleEvaluator},
	{"evaluator2", "Hugo Lind", "ministry", party.RoleEvaluator},
	{"evaluator3", "Irma Paz", "ministry", party.RoleEvaluator},
	{"manager", "Jonas Vale", "ministry", party.RoleContractManager},
}

// founders is how many of the cast come in with their organisation.
const founders = 7

// The roles that act together.
var (
	openers    = []string{"opener1", "opener2", "opener3", "opener4", "opener5"}
	guardians  = []string{"guard1", "guard2"}
	evaluators = []string{"evaluator1", "evaluator2", "evaluator3"}
	bidders    = []string{"aurora", "bamboo", "cobalt", "delta"}
)

// threshold is how many of the openers must act together.
const threshold = 3
