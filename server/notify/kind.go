package notify

// Kind is what a notice is about. People choose by kind what they get by mail.
type Kind string

// The kinds.
const (
	Claim     Kind = "claim"     // a claim of one's organisation was settled
	Waiting   Kind = "waiting"   // a claim waits for the platform's administrators
	Place     Kind = "place"     // one's roles were changed
	Fitting   Kind = "fitting"   // something new fits a saved search
	Change    Kind = "change"    // a tender was amended, extended, its openers changed
	Answer    Kind = "answer"    // a question was answered
	Question  Kind = "question"  // a question came in
	Closed    Kind = "closed"    // nothing may come in any more
	Opening   Kind = "opening"   // an opening was announced
	Opened    Kind = "opened"    // the opening record is out
	Rescue    Kind = "rescue"    // bidders are called to open their own bids
	Cancelled Kind = "cancelled" // a procedure was cancelled
	Approve   Kind = "approve"   // something waits for one's approval
	Returned  Kind = "returned"  // an approver has returned something
	Key       Kind = "key"       // an opener is asked for a key
	Manifest  Kind = "manifest"  // an opener is asked to sign the manifest
	Shares    Kind = "shares"    // an opener is asked to release shares
	Result    Kind = "result"    // one's result, with reasons
	Complaint Kind = "complaint" // a complaint came in, or moved on
	Sign      Kind = "sign"      // a contract waits for one's signature
	Contract  Kind = "contract"  // a contract is in force, changed or ended
	Delivery  Kind = "delivery"  // a delivery, milestone or invoice
	Payment   Kind = "payment"   // a payment was recorded
	Security  Kind = "security"  // one's bid security was returned, or kept
)

// Kinds lists them all.
func Kinds() []Kind {
	return []Kind{Fitting, Change, Answer, Closed, Opening, Rescue, Opened, Cancelled, Result, Complaint, Sign, Contract, Delivery, Payment, Security,
		Question, Approve, Returned, Key, Manifest, Shares, Claim, Waiting, Place}
}
