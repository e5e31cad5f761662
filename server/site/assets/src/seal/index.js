/**
 * What runs in people's browsers because a key must stay on their own device:
 * signing, sealing, opening, receipts, uploads. It is sealbid/1 once more, byte
 * for byte what the server's packages bidding/seal, tender/sign, tender/canon
 * and documents/ledger do; those are the authority, and their vectors are this
 * code's tests (test/cases*.js, run in Node and in a browser).
 *
 * The server is not trusted, as server/client does not trust it: what it says
 * about the log is held to the key and the checkpoint that this browser has
 * seen before (trust.js), opener keys are used only under the manifest hash
 * that the log names (prepare.js), a receipt counts only for the very record
 * that was sent (receipt.js), and an opener's share leaves the device only
 * after all checks (release.js). What remains is that the operator serves this
 * code: so its hash is published, and the command line does the same.
 *
 * Where to start: canon.js, sign.js; then derive.js, wrap.js, header.js (what a
 * seal is), container.js and payload.js (what is in it), sealing.js with
 * worker.js (making one), closing.js, opening.js, verdict.js (opening one),
 * ledger.js (receipts). Pages get no more than the controllers below.
 *
 * WORDS. Scripts write no text of their own. A page brings its words, by key,
 * in <script type="application/json" data-words>{"sign.done": "Signed."}</script>;
 * errors look under their code, "{name}" is filled in. See words.js.
 *
 * SIGN (entry sign.js). A form whose act needs a signature:
 *
 *   <form method="post" action="/tenders/T-1/approve"
 *     data-sign="/api/v1/tenders/T-1/approval"  where {domain, record} is; GET
 *     data-sign-at="toSign.buyer"               dotted path to it in the answer; "" is the answer itself
 *     data-sign-inline='{"kind":...}'           or, instead of both: the record itself, canonical
 *     data-sign-domain="approve"                the one domain this form signs in
 *     data-sign-user="USER-ID"                  who signs
 *     data-sign-is='{"tender":"T-1"}'           members that the record must have
 *     data-sign-hash="notice notice /api/v1/tenders/T-1 notice"
 *                                               MEMBER DOMAIN URL PATH: the member must be the hash, in
 *                                               that domain, of what the URL shows at the path
 *     data-sign-file="sha256 /api/v1/..."       MEMBER URL: the member must be the SHA-256 of that file
 *   >
 *     <dl data-sign-shows></dl>                 gets the record's members as rows; labels are the
 *                                               words "record.MEMBER"
 *     <div data-sign-some hidden><select data-sign-with></select></div>   keys to choose from
 *     <p data-sign-none hidden>...</p>          shown if there is no key; link to where keys are made
 *     <p data-sign-status role="status"></p>
 *     <input type="hidden" name="record">       if it is there, gets the signed record
 *     <button>...</button>
 *   </form>
 *
 * On submission the hidden field "signature" gets the signature as JSON, and
 * the form is sent as any other. data-sign-state on the form is "ready",
 * "no-key", "signed" or "failed". Words: sign.passkey, sign.waiting, sign.done,
 * error.other, record.*.
 *
 * ENROL (entry sign.js). A form that registers a new key of the person:
 *
 *   <form method="post" data-enrol data-enrol-user="USER-ID" data-enrol-name="Ada Example" data-enrol-site="Probity">
 *     <input name="label">
 *     <div data-enrol-passkey hidden><input type="radio" name="kind" value="passkey"></div>
 *     <div data-enrol-stored hidden><input type="radio" name="kind" value="stored"></div>
 *     <p data-enrol-status role="status"></p>
 *     <button>...</button>
 *   </form>
 *
 * The hidden fields "key" and "proof" get JSON, for POST /api/v1/devices. Words:
 * device.making, device.made.
 *
 * BID (entry bid.js, with the worker of entry seal-worker.js; 57 kB together).
 * The wizard: <div data-bid data-tender data-lot data-org data-decimals="2"
 * data-worker="/assets/seal-worker.HASH.js" data-done="/where/the/receipt/is">.
 * Its fields stand in no form, so that nothing of them can be posted:
 *
 *   data-price="ITEM" data-line="ITEM" data-total     unit prices; exact totals
 *   data-sheet-file data-sheet-template="xlsx|csv" data-sheet-told   prices by a spreadsheet
 *   data-met="REQUIREMENT" (yes, no) data-answer data-answer-file   answers
 *   data-files="ENVELOPE" data-drop data-file-list data-reuse data-reuse-choice   documents
 *   data-security="kind|issuer|reference|amount|until|document"   the bid security
 *   data-party-add data-party-list data-party-some data-party-lead-share, <template data-party-row>   partners
 *   data-statement data-saved data-draft-pass data-draft-save data-draft-load data-draft-told   the draft
 *   data-task="prices|answers|documents|security|parties" data-missing data-missing-some data-missing-none
 *   data-passphrase data-sign-with data-seal          sealing and submitting
 *   data-stage-is="draft sending stopped elsewhere submitted done"   parts of the page by stage
 *   data-progress-bar data-progress-text data-progress-heard data-registered
 *   data-go-on data-recovery data-discard data-may-discard   a bid that waits
 *   data-error with data-error-text inside; <template data-file-row>
 *
 * Drafts, documents, sealed bids and receipts lie in IndexedDB and the private
 * file system; [data-pending] lists them (pending.js), [data-profile] keeps
 * documents for every bid (profile.js). Words: wizard.*, and the codes of faults.
 *
 * [data-rescue="OPENING"] publishes the bidder's own key to one envelope, when
 * openers have failed (rescue.js).
 *
 * SAFE (entry receipt.js). <div data-safe data-org data-tender data-lot data-seq
 * data-record data-fact data-complete> with <ul data-checks>, <template
 * data-check-row> and data-verdict-is="safe|unsafe". [data-act="withdraw|refuse"]
 * is another record with a receipt, [data-check-file] takes receipts out of
 * files (acts.js). Words: safe.*, acts.*, check.*.
 *
 * OPENERS (entry open.js). [data-opener] makes and keeps the key of one tender,
 * form[data-consent="TENDER"] signs the list of openers after the checks,
 * [data-release="OPENING"] releases shares, [data-live="/events"] renews the
 * parts [data-live-part] whose data-live-version has changed. [data-destroy]
 * destroys the key on this device.
 * Words: opener.*.
 */
export * from './bytes.js'
export * from './canon.js'
export * from './fault.js'
export * from './sign.js'
