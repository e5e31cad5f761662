package seal

// State is how an envelope's opening ended.
type State string

// The four ends. Only Opened and Void are final: missing bytes can be supplied
// again by anybody, and an unopened bid can still get its shares.
const (
	Opened   State = "opened"   // sealed honestly, complete, readable
	Void     State = "void"     // provably not what an honest bidder would have sent
	Missing  State = "missing"  // bytes that were stored are gone or changed
	Unopened State = "unopened" // not enough good shares, or no proof either way
)

// Blame is whose doing a failure is.
type Blame string

// Who can be to blame (amendment 11).
const (
	BlameNone     Blame = "none"
	BlameBidder   Blame = "bidder"
	BlameOperator Blame = "operator"
	BlameOpener   Blame = "opener"
)

// Outcome is the verdict over one envelope.
type Outcome struct {
	State State
	Cause string // stable code, "" when opened
	Blame Blame
	Text  string // one sentence for people
}

// The causes that verdicts name. Codes of [ParseHeader] join them.
const (
	CauseHeaderMissing  = "seal.header_missing"
	CauseHeaderAltered  = "seal.header_altered"
	CauseHeaderForm     = "seal.header_form"
	CauseContext        = "seal.context"
	CauseOpeners        = "seal.openers"
	CauseHeaderSeats    = "seal.header_seats"
	CausePayloadForm    = "seal.payload_form"
	CausePayloadParts   = "seal.payload_parts"
	CauseReseal         = "seal.reseal"
	CauseUnproven       = "seal.seed_unproven"
	CauseUnusable       = "seal.shares_unusable"
	CauseSharesMissing  = "seal.shares_missing"
	CausePayloadMissing = "seal.payload_missing"
	CausePayloadAltered = "seal.payload_altered"
	CausePayloadAge     = "seal.payload_age"
	CauseContainer      = "seal.container"
)

type meaning struct {
	state State
	blame Blame
	text  string
}

// causes is the one place that says what a cause means. After a bid is stored,
// missing or wrong bytes are never the bidder's fault.
var causes = map[string]meaning{
	CauseHeaderMissing:  {Missing, BlameOperator, "The stored seal header is missing; anybody may supply it again."},
	CauseHeaderAltered:  {Missing, BlameOperator, "The seal header at hand is not the one whose fingerprint is in the log; anybody may supply the right one."},
	CauseHeaderForm:     {Void, BlameBidder, "The bidder fingerprinted something that is not a seal header."},
	CauseContext:        {Void, BlameBidder, "The seal was made for another tender, lot, envelope, bidder or sequence number."},
	CauseOpeners:        {Void, BlameOperator, "The bid was accepted although it was sealed for another opener manifest."},
	CauseHeaderSeats:    {Void, BlameBidder, "The seal does not have exactly one share for each opener."},
	CausePayloadForm:    {Void, BlameBidder, "The seal header describes no possible payload."},
	CausePayloadParts:   {Void, BlameBidder, "The seal header's part size or number of parts breaks the rule."},
	CauseReseal:         {Void, BlameBidder, "Sealing again from the openers' shares gives another header: the bid was not sealed honestly."},
	CauseUnproven:       {Unopened, BlameNone, "The published key does not reproduce the seal. By itself that proves nothing against the bidder."},
	CauseUnusable:       {Void, BlameBidder, "Too few of the shares that the bidder made can be used."},
	CauseSharesMissing:  {Unopened, BlameOpener, "Too few openers have given good shares."},
	CausePayloadMissing: {Missing, BlameOperator, "The stored payload is missing; anybody may supply it again."},
	CausePayloadAltered: {Missing, BlameOperator, "The payload at hand is not the one that was stored; anybody may supply the right one."},
	CausePayloadAge:     {Void, BlameBidder, "The payload is not an encrypted file to the sealed key alone."},
	CauseContainer:      {Void, BlameBidder, "The decrypted payload is not a well-formed container."},
	CauseDecrypt:        {Void, BlameBidder, "A share does not open with its opener's key."},
	CauseRecord:         {Void, BlameBidder, "A share was made for another place."},
	CauseCommitment:     {Void, BlameBidder, "A share does not match its commitment."},
}

// outcome returns the verdict for a cause; "" is success.
func outcome(cause string) Outcome {
	if cause == "" {
		return Outcome{Opened, "", BlameNone, "Sealed honestly, complete and readable."}
	}
	m, known := causes[cause]
	if !known {
		panic("seal: no meaning for cause " + cause)
	}
	return Outcome{m.state, cause, m.blame, m.text}
}
