// A sealed bid on its way to the log: fingerprints first, then the sealed
// parts, each step kept in this browser before the next begins, so that a
// closed tab or a lost line costs nothing but time.
//
// Stages: "sealed" (nothing sent), "registered" (the receipt is here), "stored"
// (everything arrived). A receipt is kept only after it was checked.
import { all, call, tenderPath } from './api.js'
import { hex, random, text, utf8 } from './bytes.js'
import { canon, canonBytes, parseCanon } from './canon.js'
import * as db from './db.js'
import { Fault, want } from './fault.js'
import { is, says } from './ledger.js'
import { drop, fileOf } from './opfs.js'
import { bidRecord, offeredHash, parseRefusal } from './records.js'
import { uploadEnvelope } from './upload.js'

/**
 * @typedef {{name: string, file: string, header: Uint8Array, sums: Uint8Array, payload: import('./header.js').Payload, fingerprint: string}} Sealed
 * @typedef {{id: string, org: string, tender: string, lot: string, seq: number, stage: 'sealed' | 'registered' | 'stored',
 *   record: string, signature?: import('./sign.js').Signature, key: string, parties?: object[], security?: object,
 *   envelopes: Sealed[], folder: string, receipts: Record<string, string>, recovery?: Uint8Array, at: number}} State
 */

/** stateId: one bid on its way per organisation and lot. */
export const stateId = (org, tender, lot) => `${org}~${tender}~${lot}`

/** begin keeps a freshly sealed bid. @returns {Promise<State>} */
export async function begin({ org, tender, lot, seq, openers, envelopes, folder, recovery, parties, security }) {
  const record = bidRecord({
    bidder: org,
    envelopes: envelopes.map((e) => ({ f: e.fingerprint, name: e.name })),
    lot,
    openers,
    seq,
    tender
  })
  const state = {
    id: stateId(org, tender, lot),
    org,
    tender,
    lot,
    seq,
    stage: 'sealed',
    record: text(record),
    key: hex(random(16)),
    parties,
    security,
    envelopes,
    folder,
    receipts: {},
    recovery,
    at: Date.now()
  }
  await save(state)
  return state
}

/** @param {string} id @returns {Promise<State | undefined>} */
export const load = (id) => db.get('sealed', id)

/** pending lists what is on its way from this browser. @returns {Promise<State[]>} */
export const pending = async (org) => (await db.everything('sealed')).filter((s) => s.org === org)

const save = (state) => db.put('sealed', state.id, state)

/** keepReceipt under the bid it belongs to, for good. */
export const keepReceipt = (state, name, raw) =>
  db.change('receipts', `${state.id}~${state.seq}`, (was) => ({
    ...was,
    id: state.id,
    org: state.org,
    tender: state.tender,
    lot: state.lot,
    seq: state.seq,
    record: state.record,
    receipts: { ...was?.receipts, [name]: raw }
  }))

/** kept receipts of a lot, latest first. */
export const receiptsOf = async (org, tender, lot) =>
  (await db.everything('receipts')).filter((r) => r.id === stateId(org, tender, lot)).sort((a, b) => b.seq - a.seq)

/** forget a bid that is not to be sent; its receipts stay. @param {State} state */
export async function forget(state) {
  await db.remove('sealed', state.id)
  await drop(state.folder)
}

/** alone does work in one tab at a time. */
export async function alone(id, work) {
  return navigator.locks.request(`bid ${id}`, { ifAvailable: true }, (lock) => {
    want(lock, 'bid.elsewhere', 'This bid is being sent from another tab.')
    return work()
  })
}

/** register signs the record and puts the fingerprints into the log. The record
 * in the log must be the very one that was sent.
 * @param {State} state @param {import('./sign.js').Signer | null} signer not needed if it was signed before
 * @param {import('./trust.js').Log} log */
export async function register(state, signer, log) {
  if (!state.signature) {
    want(signer, 'sign.no_key', 'There is no key to sign with on this device.')
    state.signature = await signer.sign('bid', utf8(state.record))
    await save(state)
  }
  const body = { parties: state.parties?.length ? state.parties : undefined, security: state.security }
  const bid = { record: parseCanon(utf8(state.record)), signature: state.signature }
  let out
  try {
    out = await call(tenderPath(state.tender, 'bids'), { method: 'POST', raw: canon({ bid, ...body }), create: true, key: state.key })
  } catch (err) {
    await keepRefusal(state, bid, err, log)
    throw err
  }
  let r
  try {
    r = await log.given(out.receipt)
    if (!out.receipt.accepted || r.fact.name === 'bid.late') {
      await keepReceipt(state, 'late', r.raw)
      throw new Fault(
        'bid.late',
        'The record reached the log behind the closing entry, so it does not count. The receipt proves when it came.'
      )
    }
    is(r.fact, 'bid.submit', state.tender)
    says(r.fact, { bid, ...body })
  } catch (err) {
    if (out.receipt?.receipt && err.code !== 'bid.late') await keepReceipt(state, 'not-believed', out.receipt.receipt)
    throw err
  }
  state.receipts.submitted = r.raw
  state.stage = 'registered'
  await keepReceipt(state, 'submitted', r.raw)
  await save(state)
  return r
}

/** keepRefusal fetches the receipt of a refusal, if the server has put it on
 * record. That it could not be had is no fault of its own. */
async function keepRefusal(state, bid, err, log) {
  if (!(err instanceof Fault) || ![403, 404, 409, 413, 422].includes(err.status)) return
  try {
    const hash = offeredHash(canonBytes(bid))
    const found = (await all(tenderPath(state.tender, 'refusals'), { patience: 5_000 })).find((x) => x.hash === hash)
    if (!found) return
    const got = await call(`/api/v1/desk/receipts?fact=${encodeURIComponent(`refusal/${found.id}#1`)}`)
    const r = await log.receipt(got.receipt)
    is(r.fact, 'bid.refuse', state.tender)
    want(parseRefusal(canonBytes(r.fact.data.refusal)).offered === hash, 'receipt.other')
    await keepReceipt(state, 'refused', r.raw)
  } catch {
    // the refusal itself is what is told
  }
}

/** upload sends the sealed parts of a registered bid, and keeps the receipt
 * that says they are stored.
 * @param {State} state @param {import('./trust.js').Log} log
 * @param {{tell?: (sent: number, of: number) => void, signal?: AbortSignal, waiting?: (err: unknown) => void}} [opts] */
export async function upload(state, log, opts = {}) {
  const of = state.envelopes.reduce((n, e) => n + e.payload.size, 0)
  let before = 0
  let last
  for (const e of state.envelopes) {
    const path = tenderPath(state.tender, 'lots', state.lot, 'bid', state.seq, 'envelopes', e.name)
    const blob = await fileOf(state.folder, e.file)
    want(blob, 'upload.lost', 'The sealed bid is no longer in this browser; it must be sealed anew.')
    await uploadEnvelope(path, e, blob, { ...opts, tell: (sent) => opts.tell?.(before + sent, of) })
    before += e.payload.size
    const out = await call(`${path}/complete`, { method: 'POST', again: true, within: 6 * 60_000, signal: opts.signal })
    if (out.receipt) last = out.receipt
  }
  const r = await log.given(last)
  if (!last.accepted || r.fact.name === 'bid.late') {
    await keepReceipt(state, 'late', r.raw)
    throw new Fault(
      'bid.window_over',
      'The last part arrived after the upload window was over, so the bid has lapsed. The receipt proves when it came.'
    )
  }
  is(r.fact, 'bid.stored', state.tender)
  const record = parseCanon(utf8(state.record))
  says(r.fact, { bidder: record.bidder, envelopes: record.envelopes, lot: record.lot, seq: record.seq })
  await keepReceipt(state, 'stored', r.raw)
  state.receipts.stored = r.raw
  state.stage = 'stored'
  await save(state)
  await drop(state.folder)
  return r
}
