package web

import (
	"slices"
	"testing"
)

// harmless says, of every route that changes something and asks for no version
// and no key, why neither a second sender nor a second sending does harm.
var harmless = map[string][]string{
	// A step of a life cycle: taken once, it is refused the second time, and what
	// others have written is not replaced by it.
	"step": {
		"submitPlan", "returnPlan", "publishPlan", "withdrawPlanEntry", "restorePlanEntry",
		"submitTender", "returnTender", "publishTender", "cancelTender", "cancelLot", "enforceOpeners",
		"failOpener", "callRescue", "combineOpening", "qualifyBids", "rankBids",
		"answerEnquiry", "declineEnquiry", "withdrawEnquiry", "explain",
		"returnAward", "retractAward", "declineAward", "passOverAward",
		"returnBidSecurity", "keepBidSecurity",
		"acceptComplaint", "refuseComplaint", "dismissComplaint", "upholdComplaint", "replyComplaint", "explainComplaint", "withdrawComplaint",
		"drawContract", "redraftContract", "returnSecurity", "cancelContract", "deliverMilestone", "judgeMilestone",
		"proposeChange", "rejectChange", "terminateContract", "closeContract",
		"resendInvitation", "withdrawInvitation", "resetFactor",
	},
	// What is signed is the hash of what the signer saw.
	"signed": {"approvePlan", "approveTender", "signManifest", "answerOpening", "decideAward", "signContract", "agreeChange"},
	// One's own, which nobody else writes: the last word counts.
	"own": {
		"signIn", "passkeyChallenge", "signInByPasskey", "signOut", "endSession", "changePassword", "newFactor", "newCodes", "confirmFactor",
		"revokeToken", "revokeDevice", "goOutside", "comeHome", "outsideCode", "goLink", "unlink", "changeAddress", "askLetter", "confirmAddress",
		"acceptInvitation", "join", "readNotices", "setMailChoices", "watch", "unwatch", "saveSearch", "lookAtSearch", "mailSearch", "forgetSearch",
		"stopMail", "giveOpenerKey", "destroyOpenerKey", "revealKey", "declareInterests", "saveSheet", "handInSheet", "addDissent",
	},
	// Named by what it holds, so that the same again is the same.
	"content": {"putDocument", "putPart", "beginUpload", "completeUpload"},
	// Carries in its body what its writer saw.
	"seen": {"putFinding"},
	// Moves one way only: a deadline that is not later is refused.
	"forward": {"extendTender"},
	// Tells, and changes nothing.
	"tells": {"lookAtAddress", "lookAtInvitation", "lookOverPlan", "workExample", "tryChange", "sendAgain"},
}

// TestNoRouteOverwritesUnseen holds every route that changes something to one
// of the ways in which two writers, or one who sends twice, do no harm. A new
// route has an If-Match, or takes a key, or stands above for a reason.
func TestNoRouteOverwritesUnseen(t *testing.T) {
	why := map[string]string{}
	for reason, names := range harmless {
		for _, n := range names {
			if why[n] != "" {
				t.Errorf("%s stands there twice", n)
			}
			why[n] = reason
		}
	}
	for _, r := range (&Server{}).routes() {
		if !r.changes() {
			continue
		}
		version := slices.ContainsFunc(r.Do.in.params, func(p param) bool { return p.typ == matchType })
		if guarded := version || r.creates(); guarded == (why[r.Name] != "") {
			t.Errorf("%s %s: guarded by version or key is %v, and the table says %q", r.Name, r.At, guarded, why[r.Name])
		}
		delete(why, r.Name)
	}
	for n := range why {
		t.Errorf("%s stands in the table, and is no route that changes anything", n)
	}
}
