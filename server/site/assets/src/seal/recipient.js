// Openers' public keys (age1..., age1pq1...) and what is refused of them.
import { x25519 } from './x25519.js'
import { bechDecode } from './bech32.js'
import { Fault } from './fault.js'

const mlkemPublic = 1184
const hybridPublic = mlkemPublic + 32

/** Lengths of a share that is wrapped to a key of a kind. */
export const wrapLength = { x25519: 274, hybrid: 1733 }

/** @typedef {{kind: 'x25519' | 'hybrid', bytes: Uint8Array, point: Uint8Array, mlkem: Uint8Array | null}} Recipient */

/** parseRecipient refuses keys that are weak or have a second spelling.
 * @param {string} text @returns {Recipient} */
export function parseRecipient(text) {
  const read = typeof text === 'string' ? bechDecode(text) : null
  if (read?.human === 'age' && read.data.length === 32) {
    return { kind: 'x25519', bytes: read.data, point: safePoint(read.data), mlkem: null }
  }
  if (read?.human === 'age1pq' && read.data.length === hybridPublic) {
    const mlkem = read.data.subarray(0, mlkemPublic)
    if (!reduced(mlkem)) throw weak('has an ML-KEM part that is not reduced')
    return { kind: 'hybrid', bytes: read.data, point: safePoint(read.data.subarray(mlkemPublic)), mlkem }
  }
  throw weak('is not an age key in lower case')
}

/** reduced: every 12-bit coefficient is below 3329 (FIPS 203, 7.2). */
function reduced(key) {
  for (let i = 0; i < mlkemPublic - 32; i += 3) {
    const a = key[i] | ((key[i + 1] & 15) << 8)
    const b = (key[i + 1] >> 4) | (key[i + 2] << 4)
    if (a >= 3329 || b >= 3329) return false
  }
  return true
}

/** safePoint refuses points of low order, with which everybody knows the
 * shared secret, and coordinates from the prime up, which spell a point twice. */
function safePoint(bytes) {
  const big = bytes.toReversed()
  const prime = [0x7f, ...new Array(30).fill(0xff), 0xed]
  const at = big.findIndex((b, i) => b !== prime[i])
  if (at < 0 || big[at] > prime[at]) throw weak('has a doubly spelt X25519 part')
  const probe = new Uint8Array(32)
  probe[0] = 8
  try {
    if (x25519.scalarMult(probe, bytes).some((b) => b !== 0)) return bytes
  } catch {
    // all zeros, which every scalar gives for a point of low order
  }
  throw weak('has a weak X25519 part')
}

const weak = (why) => new Fault('seal.recipient', `An opener key ${why}.`)
