// What an opener's device does: check everything, then release its share of
// every bid of a batch, or of none (6.15, amendments 1, 2, 4, 5).
import { equal, hex, isHash } from './bytes.js'
import { openSmall } from './age.js'
import { canon, canonBytes, hexH } from './canon.js'
import { checkWindow, headHash, headOf } from './closing.js'
import { commitment, contextHash, readShare } from './derive.js'
import { Fault, want } from './fault.js'
import { read } from './records.js'
import { place } from './text.js'
import { device, printOf } from './verdict.js'

/**
 * @typedef {{decision: string, envelope: string, excluded: string[], fingerprints: string[], kind: string, lot: string, openers: string, tender: string, v: string, window: string}} Batch
 * Everything that a device knows about a batch. Apart from the headers it all
 * comes from the log; now is the time by witnesses or the log.
 * @typedef {{manifest: import('./manifest.js').Manifest, extensions: object[], closed: import('./closing.js').Closing, window: import('./closing.js').Closing, batch: Batch, cases: import('./verdict.js').Case[], now: number}} Opening
 */

const sorted = (list) => list.every((s, i) => i === 0 || list[i - 1] < s)

/** @param {Uint8Array} b @returns {Batch} */
export function parseBatch(b) {
  const x = read(b, 'decision envelope excluded fingerprints kind lot openers tender v window', 'seal.batch_form')
  const lists = Array.isArray(x.excluded) && Array.isArray(x.fingerprints) && [...x.excluded, ...x.fingerprints].every(isHash)
  let ok = lists && x.kind === 'batch' && x.v === 'sealbid/1' && place(x.tender, x.lot, x.envelope) && isHash(x.openers) && isHash(x.window)
  ok &&= (x.decision === '' && x.excluded.length === 0) || isHash(x.decision)
  ok &&= sorted(x.fingerprints) && sorted(x.excluded) && !x.excluded.some((f) => x.fingerprints.includes(f))
  want(ok, 'seal.batch_form', 'This is not an opening batch.')
  return x
}

/** @param {Batch} b */
export const batchHash = (b) => hexH('batch', canonBytes(b))

/** checkBatch refuses a batch that is not everything stored for its lot and
 * envelope: an operator could otherwise open some bids and not others. */
export function checkBatch(b, m, window) {
  const stored = window.entries
    .filter((e) => e.lot === b.lot && e.state === 'stored')
    .flatMap((e) => e.envelopes.filter((v) => v.name === b.envelope).map((v) => v.f))
    .sort()
  const all = [...b.fingerprints, ...b.excluded].sort()
  const ok =
    b.openers === m.openers &&
    b.tender === m.tender &&
    window.kind === 'window-closed' &&
    window.tender === b.tender &&
    b.window === headHash(headOf(window)) &&
    canon(all) === canon(stored)
  want(ok, 'seal.batch', 'The opening batch is not the full list of stored bids of its lot and envelope.')
}

/** checkTimes refuses to open too early, or anything but the full list.
 * @param {Omit<Opening, 'cases'>} o */
export function checkTimes(o) {
  const { opens } = o.manifest.window(o.extensions)
  want(o.now >= opens, 'seal.too_early', 'It is too early to open anything.')
  checkWindow(o.closed, o.window)
  checkBatch(o.batch, o.manifest, o.window)
}

/** inOrder holds every case to its entry in the closing list, and returns the
 * cases in the batch's order. @param {Opening} o */
function inOrder(o) {
  const stored = new Map()
  for (const e of o.window.entries) if (e.state === 'stored' && e.lot === o.batch.lot) for (const v of e.envelopes) stored.set(v.f, e)
  const byPrint = new Map()
  for (const c of o.cases) {
    const e = stored.get(printOf(c))
    const b = c.bid
    const ok =
      e &&
      c.envelope === o.batch.envelope &&
      b.lot === o.batch.lot &&
      b.bidder === e.bidder &&
      b.seq === e.seq &&
      canon(b.envelopes) === canon(e.envelopes) &&
      c.manifest.openers === o.manifest.openers
    want(ok, 'seal.batch_case', 'A bid record does not belong to the batch.')
    byPrint.set(printOf(c), c)
  }
  return o.batch.fingerprints.map((f) => {
    const c = byPrint.get(f)
    want(c, 'seal.batch_case', 'The record of a bid in the batch is missing.')
    return c
  })
}

/** openShares decrypts the opener's share of every bid, after all checks, or
 * says why it could not. The answer still has to be signed.
 * @param {import('./identity.js').Identity} key @param {Opening} o @param {(done: number, of: number) => void} [tell] */
export async function openShares(key, o, tell) {
  checkTimes(o)
  const cases = inOrder(o)
  const seat = o.manifest.seat(key.public)
  if (!seat) throw new Fault('seal.not_opener', 'This key is not in the opener manifest.')
  const shares = []
  for (const [i, c] of cases.entries()) {
    const { header, cause } = device(c)
    const given = header ? await openShare(key, header, seat) : { e: cause }
    shares.push({ ...given, f: o.batch.fingerprints[i] })
    tell?.(i + 1, cases.length)
  }
  return { batch: batchHash(o.batch), group: seat.group, opener: seat.opener, shares, v: 'sealbid-open/1' }
}

/** openShare decrypts one share and holds it to its place and commitment. */
async function openShare(key, header, { group, opener }) {
  const there = header.groups[group][opener - 1]
  let plain
  try {
    plain = await openSmall(there.w, key)
  } catch (err) {
    if (err instanceof Fault) return { e: 'seal.share_decrypt' }
    throw err
  }
  const ctx = contextHash(header.context)
  const share = readShare(plain, ctx, group, opener)
  if (!share) return { e: 'seal.share_record' }
  if (!equal(commitment(ctx, group, opener, share), there.c)) return { e: 'seal.share_commitment' }
  return { s: hex(share) }
}
