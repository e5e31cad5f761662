// The records that a bidder signs (6.12 and amendment 7), and the recovery file.
import { hex, isHash } from './bytes.js'
import { canonBytes, hasExactly, hexH, parseCanon } from './canon.js'
import { Fault, want } from './fault.js'
import { place, plainText } from './text.js'

const version = 'sealbid/1'
export const maxEnvelopes = 8

/**
 * @typedef {{f: string, name: string}} EnvelopeRef
 * @typedef {{bidder: string, envelopes: EnvelopeRef[], kind: 'bid', lot: string, openers: string, seq: number, tender: string, v: string}} Bid
 */

/** read parses canonical bytes whose members are exactly the named ones.
 * @param {Uint8Array} b @param {string} names @param {string} code */
export function read(b, names, code) {
  let v
  try {
    v = parseCanon(b)
  } catch {
    throw new Fault(code)
  }
  want(hasExactly(v, names), code)
  return v
}

/** @param {unknown} list @returns {list is EnvelopeRef[]} */
export function checkEnvelopes(list) {
  if (!Array.isArray(list) || list.length < 1 || list.length > maxEnvelopes) return false
  const each = list.every((e) => hasExactly(e, 'f name') && isHash(e.f) && plainText(e.name))
  return each && new Set(list.map((e) => e.name)).size === list.length && new Set(list.map((e) => e.f)).size === list.length
}

const isSeq = (n, least) => Number.isSafeInteger(n) && n >= least

/** bidRecord makes the bytes that are signed as "bid". */
export const bidRecord = ({ bidder, envelopes, lot, openers, seq, tender }) =>
  canonBytes({ bidder, envelopes, kind: 'bid', lot, openers, seq, tender, v: version })

/** @param {Uint8Array} b @returns {Bid} */
export function parseBid(b) {
  const r = read(b, 'bidder envelopes kind lot openers seq tender v', 'seal.bid_form')
  const ok =
    r.kind === 'bid' &&
    r.v === version &&
    checkEnvelopes(r.envelopes) &&
    isHash(r.openers) &&
    place(r.tender, r.lot, r.bidder) &&
    isSeq(r.seq, 1)
  want(ok, 'seal.bid_form', 'This is not a bid record.')
  return r
}

/** withdrawRecord makes the bytes that are signed as "withdraw". seq is one
 * more than the bid's. */
export const withdrawRecord = ({ bidder, lot, seq, tender }) => canonBytes({ bidder, kind: 'withdraw', lot, seq, tender, v: version })

/** offeredHash names in a refusal what was offered. @param {Uint8Array} b */
export const offeredHash = (b) => hexH('offered', b)

/** parseRefusal reads the platform's receipt for a refusal. @param {Uint8Array} b */
export function parseRefusal(b) {
  const r = read(b, 'at code kind offered tender v', 'seal.refusal_form')
  want(
    r.kind === 'refusal' && r.v === version && isHash(r.offered) && place(r.tender, r.code),
    'seal.refusal_form',
    'This is not a refusal receipt.'
  )
  return r
}

/** seedProof is what lets anybody open an envelope once its seed may be known. */
export const seedProof = (fingerprint, seed) => canonBytes({ f: fingerprint, kind: 'proof', seed: hex(seed), v: version })
