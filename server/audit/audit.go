// Package audit makes the archive of a procedure, and checks one: offline, with
// nothing but the archive and the key of the log. It also compares everything a
// running platform keeps with everything else ([Fsck]).
//
// Start with [Verify], whose steps are the list of what is promised; each is a
// file here: log.go, people.go, notice.go, closing.go, bids.go, opening.go,
// judge.go, evaluation.go, award.go, contract.go, papers.go. [Build] is the way there.
//
// Nothing that an archive says about itself is believed where it can be
// computed: lists, verdicts, the input of the ranking, sums and dates are made
// again from the facts under the log's checkpoint and from the sealed bytes.
// After something is found wrong the rest is still checked, so that a report
// names everything and not only the first.
//
// What is trusted: the key of the log, for the order of things and for what
// facts say; nobody else. Of facts that nobody has signed (that a person holds
// a role, the name of an organisation) the log proves that they were said. Who
// holds that key could make an archive without a last fact from which nothing
// else follows (a refusal, a payment): whoever has its receipt can show that.
//
// Frozen: the names of checks, which programs read, and the paths below, which
// archives are made of.
package audit

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"

	"probity/tender"
	"probity/tender/store"
)

// Scope says who may have an archive.
type Scope string

// The scopes. Public has what package visible lets anybody read, and what is
// needed to repeat opening and ranking; it leaves out technical envelopes, who
// asked a question, declarations, refusals, readings and drafts. Full has it all
// and is for auditors and review bodies.
const (
	Public Scope = "public"
	Full   Scope = "full"
)

// Sources are what an archive is made from.
type Sources struct {
	Engine  store.Engine
	Objects Objects
	Origin  string        // of the log
	Signers []note.Signer // the log's key: signs the manifest
	Seals   []byte        // PEM of the certificate that papers are sealed under
	Papers  []Paper       // receipts, reports: what else belongs to the procedure
}

// Objects is where bytes are kept.
type Objects interface {
	// Open reads an object from its start; a Missing fault if there is none.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
}

// Paper is a file that goes into the archive as papers/Name.
type Paper struct{ Name, Key string }

// Trust is what the reader of an archive brings along.
type Trust struct {
	// Log are verifier keys of the log. Without any, the archive's own are
	// taken, and the report says that they were compared with nothing.
	Log []string

	// Witnesses of whom Quorum must have signed the checkpoint.
	Witnesses []note.Verifier
	Quorum    int

	// Seals are the roots of the certificates that papers are sealed under; nil
	// takes the archive's own, and says so.
	Seals *x509.CertPool
}

// Where things stand in an archive.
const (
	sealsPath = "seals.pem"
	papersDir = "papers/"
)

func documentPath(sha256 string) string { return "documents/" + sha256 }

// envelopeDir holds one envelope of a version of a bid.
func envelopeDir(lot, bidder string, seq int64, envelope string) string {
	return fmt.Sprintf("bids/%s/%s/%04d/%s/", lot, bidder, seq, envelope)
}

func openingDir(lot, envelope string) string { return "openings/" + lot + "/" + envelope + "/" }

func answerPath(lot, envelope string, group, opener int) string {
	return fmt.Sprintf("%sanswers/%d-%03d.json", openingDir(lot, envelope), group, opener)
}

func revealPath(lot, envelope, print string) string {
	return openingDir(lot, envelope) + "reveals/" + print + ".json"
}

func recordPath(lot, envelope string) string { return openingDir(lot, envelope) + "record.json" }

// Names of what lies in an envelope's folder.
const (
	headerFile  = "header.json"
	payloadFile = "payload.age"
	offerFile   = "offer.json"
	filesDir    = "files/" // 0001, 0002: as they are numbered in the container
)

// closedTo reports whether the scope leaves the envelope out.
func (s Scope) closedTo(envelope string) bool { return s == Public && envelope == tender.Technical }
