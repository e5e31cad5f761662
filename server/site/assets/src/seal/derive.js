// From one seed and one context everything in a seal is derived (6.2 to 6.8).
import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bechEncode } from './bech32.js'
import { concat, equal, isHash, utf8 } from './bytes.js'
import { canonBytes, H, hasExactly } from './canon.js'
import { want } from './fault.js'
import { hybridIdentity } from './identity.js'
import { shareAt } from './shamir.js'
import { plainText } from './text.js'
import { wrapFixed, wrapRandom } from './wrap.js'

/** @typedef {{bidder: string, envelope: string, lot: string, openers: string, seq: number, tender: string}} Context */

/** @param {Context} c */
export const contextHash = (c) => H('context', canonBytes(c))

/** @param {Context} c */
export function checkContext(c) {
  const ok =
    hasExactly(c, 'bidder envelope lot openers seq tender') &&
    plainText(c.bidder) &&
    plainText(c.envelope) &&
    plainText(c.lot) &&
    plainText(c.tender)
  want(ok && isHash(c.openers) && Number.isSafeInteger(c.seq) && c.seq >= 1, 'seal.context', "The seal's context is malformed.")
}

/** schedule gives the bytes for a label. @param {Uint8Array} seed @param {Context} c */
export function schedule(seed, c) {
  const prk = extract(sha256, seed, contextHash(c))
  return { prk, bytes: (label, size) => expand(sha256, prk, utf8(`sealbid/1 ${label}`), size) }
}

/** payloadSecret is the age identity, as text, that opens the payload. */
export const payloadSecret = (seed, c) => bechEncode('age-secret-key-pq-', schedule(seed, c).bytes('identity', 32)).toUpperCase()

/** payloadIdentity opens the payload of the envelope sealed with seed. */
export const payloadIdentity = (seed, c) => hybridIdentity(schedule(seed, c).bytes('identity', 32))

/** commitment to the share of opener i (from 1) of group j (from 0). */
export const commitment = (ctx, j, i, share) => H('share', ctx, Uint8Array.of(j, i), share)

const shareMark = utf8('SBSHARE1')
const shareRecord = (ctx, j, i, share) => concat(shareMark, ctx, Uint8Array.of(j, i), share)

/** readShare is the share in a share record; null if it was made for another
 * place. @param {Uint8Array} b */
export function readShare(b, ctx, j, i) {
  if (b.length !== 74) return null
  const share = b.slice(42)
  return equal(b, shareRecord(ctx, j, i, share)) ? share : null
}

/** wrapShares derives every group's wrapped shares. groups hold k and the
 * openers' recipients, in the manifest's order.
 * @param {Uint8Array} seed @param {Context} c @param {{k: number, openers: {recipient: import('./recipient.js').Recipient}[]}[]} groups
 * @returns {{c: Uint8Array, w: Uint8Array}[][]} */
export function wrapShares(seed, c, groups) {
  const d = schedule(seed, c)
  const ctx = contextHash(c)
  const last = seed.slice()
  const secrets = groups.map((_, j) => {
    if (j === groups.length - 1) return last
    const secret = d.bytes(`group ${j}`, 32)
    secret.forEach((b, i) => (last[i] ^= b))
    return secret
  })
  return groups.map((g, j) => {
    const polynomial = [secrets[j]]
    for (let t = 1; t < g.k; t++) polynomial.push(d.bytes(`coeff ${j} ${t}`, 32))
    return g.openers.map((o, n) => {
      const share = shareAt(polynomial, n + 1)
      const w = wrapFixed(o.recipient, shareRecord(ctx, j, n + 1, share), d.bytes(`wrap ${j} ${n + 1}`, wrapRandom))
      return { c: commitment(ctx, j, n + 1, share), w }
    })
  })
}
