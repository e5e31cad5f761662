// The derandomised age writer (6.8 of the specification): it writes what age
// writes, and takes its randomness from the seed, so that a revealed seed lets
// everybody repeat it.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from './x25519.js'
import { expand, extract, hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { sha3_256 } from '@noble/hashes/sha3.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { base64raw, concat, utf8 } from './bytes.js'

export const wrapRandom = 96 // file key 16, KEM 64, payload nonce 16
const labelX25519 = utf8('age-encryption.org/v1/X25519')
const labelHybrid = utf8('age-encryption.org/mlkem768x25519')

/** derive is HKDF-SHA-256 with 32 bytes of output.
 * @param {Uint8Array} secret @param {Uint8Array | undefined} salt @param {Uint8Array} info */
export const derive = (secret, salt, info) => hkdf(sha256, secret, salt, info, 32)

/** The parts of an age file, for one stanza. */
export const ageHead = (stanza) => utf8(`age-encryption.org/v1\n-> ${stanza}\n---`)
export const ageMac = (fileKey, head) => hmac(sha256, derive(fileKey, undefined, utf8('header')), head)
export const agePayloadKey = (fileKey, nonce) => derive(fileKey, nonce, utf8('payload'))

/** ageOpening is what stands before the first chunk.
 * @param {string} stanza @param {Uint8Array} fileKey @param {Uint8Array} nonce */
export function ageOpening(stanza, fileKey, nonce) {
  const head = ageHead(stanza)
  return concat(head, utf8(` ${base64raw(ageMac(fileKey, head))}\n`), nonce)
}

/** stanzaFor wraps a file key. kem is 64 bytes of randomness.
 * @param {import('./recipient.js').Recipient} r @param {Uint8Array} fileKey @param {Uint8Array} kem */
export function stanzaFor(r, fileKey, kem) {
  const ephemeral = kem.subarray(32)
  const point = x25519.scalarMultBase(ephemeral)
  const shared = x25519.scalarMult(ephemeral, r.point)
  if (r.kind === 'x25519') {
    const key = derive(shared, concat(point, r.bytes), labelX25519)
    return `X25519 ${base64raw(point)}\n${base64raw(chacha20poly1305(key, new Uint8Array(12)).encrypt(fileKey))}`
  }
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(r.mlkem, kem.slice(0, 32))
  const { key, nonce } = hpkeKeys(xwing(sharedSecret, shared, point, r.point))
  return `mlkem768x25519 ${base64raw(concat(cipherText, point))}\n${base64raw(chacha20poly1305(key, nonce).encrypt(fileKey))}`
}

/** wrapFixed is the age file of one chunk of plain to r, from given randomness.
 * @param {import('./recipient.js').Recipient} r @param {Uint8Array} plain @param {Uint8Array} random96 */
export function wrapFixed(r, plain, random96) {
  const fileKey = random96.slice(0, 16)
  const nonce = random96.slice(80, 96)
  const last = new Uint8Array(12)
  last[11] = 1 // chunk 0, and the last
  return concat(
    ageOpening(stanzaFor(r, fileKey, random96.slice(16, 80)), fileKey, nonce),
    chacha20poly1305(agePayloadKey(fileKey, nonce), last).encrypt(plain)
  )
}

/** xwing combines the two halves of the hybrid KEM (X-Wing). */
export const xwing = (pq, classic, cipherPoint, publicPoint) => sha3_256(concat(pq, classic, cipherPoint, publicPoint, utf8('\\.//^\\')))

// HPKE (RFC 9180), base mode: KEM 0x647a, HKDF-SHA-256, ChaCha20-Poly1305.
const suite = concat(utf8('HPKE-v1HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3))
const hpkeExtract = (salt, label, secret) => extract(sha256, concat(suite, utf8(label), secret), salt)
let hpkeContext

/** @param {Uint8Array} shared */
export function hpkeKeys(shared) {
  const none = new Uint8Array()
  hpkeContext ??= concat(Uint8Array.of(0), hpkeExtract(undefined, 'psk_id_hash', none), hpkeExtract(undefined, 'info_hash', labelHybrid))
  const secret = hpkeExtract(shared, 'secret', none)
  const out = (label, size) => expand(sha256, secret, concat(Uint8Array.of(0, size), suite, utf8(label), hpkeContext), size)
  return { key: out('key', 32), nonce: out('base_nonce', 12) }
}

export { labelX25519 }
