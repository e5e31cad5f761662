// "Is my bid safe?": what a bidder's own browser can check of what the platform
// says about a bid, as the command line does it: the receipts, and what the two
// closing entries say, each proved under the head in the log.
import { call, tenderPath } from './api.js'
import { canon } from './canon.js'
import { headHash, verifyEntry } from './closing.js'
import { Fault, want } from './fault.js'
import { is, says } from './ledger.js'

/** objection is the fault of a closing entry that contradicts the receipt. */
const objection = (why) => new Fault('closing.objection', `${why} Object before anything opens: the receipt proves the contrary.`)

/** checkSubmitted holds a receipt to the record that was signed.
 * @returns {Promise<{index: number, at: string}>} */
export async function checkSubmitted(raw, record, log) {
  const r = await log.receipt(raw)
  is(r.fact, 'bid.submit', record.tender)
  want(canon(r.fact.data.bid.record) === canon(record), 'receipt.changed', 'The record in the log is not the one that was signed.')
  return { index: r.index, at: r.fact.at }
}

/** checkStored holds the receipt that all parts arrived to the record. */
export async function checkStored(raw, record, log) {
  const r = await log.receipt(raw)
  is(r.fact, 'bid.stored', record.tender)
  says(r.fact, { bidder: record.bidder, envelopes: record.envelopes, lot: record.lot, seq: record.seq })
  return { index: r.index, at: r.fact.at }
}

/**
 * checkClosing checks, after the deadline, that the closing entries count the
 * bid. "closing.not_yet": the deadline's entry is not in the log yet.
 * @param {import('./records.js').Bid} record @param {number} leaf where the receipt says the record stands
 * @param {boolean} stored whether there is a receipt that all parts arrived
 */
export async function checkClosing(record, leaf, stored, log) {
  let out
  try {
    out = await call(tenderPath(record.tender, 'lots', record.lot, 'bid', 'closing'))
  } catch (err) {
    if (err.status === 404) throw objection('The server says that there is no such bid.')
    throw err
  }
  if (!out.closed) throw objection('The closing entry does not name the bid at all.')
  const closed = await entry(record, 'tender.close', out.closed, log)
  agrees(record, closed.entry, leaf, 'live')
  if (!out.window) return { closed }
  const window = await entry(record, 'tender.window-close', out.window, log)
  if (window.head.previous !== headHash(closed.head)) throw objection('The two closing entries do not belong together.')
  agrees(record, window.entry, leaf, stored || window.entry.state === 'stored' ? 'stored' : 'lapsed')
  return { closed, window }
}

/** entry verifies one proof: the head is in the log, the entry is under it. */
async function entry(record, name, p, log) {
  const r = await log.receipt(p.receipt)
  is(r.fact, name, record.tender)
  const { head } = r.fact.data
  if (canon(head) !== canon(p.head)) throw objection('The closing entry in the log is another than the server shows.')
  try {
    verifyEntry(p.proof, head)
  } catch {
    throw objection('The server cannot prove that the closing entry names the bid.')
  }
  return { entry: p.proof.entry, head, raw: r.raw, at: r.fact.at }
}

/** agrees compares an entry with the signed record and its place in the log. */
function agrees(record, e, leaf, state) {
  if (e.lot !== record.lot || e.bidder !== record.bidder) throw objection('The closing entry was shown for another bid.')
  if (e.seq > record.seq) throw new Fault('closing.replaced', 'A later record of yours has taken the place of this bid.')
  if (e.seq !== record.seq || e.leaf !== leaf || canon(e.envelopes) !== canon(record.envelopes))
    throw objection('The closing entry names another bid instead.')
  if (e.state !== state) {
    if (['withdrawn', 'superseded'].includes(e.state))
      throw new Fault(`closing.${e.state}`, `The closing entry says that the bid is ${e.state}.`)
    throw objection(`The closing entry says that the bid is ${e.state}, not ${state}.`)
  }
  if (state === 'lapsed') throw new Fault('closing.lapsed', 'The sealed parts did not arrive in time, so the bid has lapsed.')
}
