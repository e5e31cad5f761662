// The ciphers of sealing: the browser's own where it has them, else noble's.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from './x25519.js'
import { concat, unhex } from './bytes.js'
import { knows, knowsEd, subtle } from './native.js'

const basePoint = Uint8Array.of(9, ...new Uint8Array(31))

const chacha = () =>
  knows('chacha', () => subtle.importKey('raw-secret', new Uint8Array(32), { name: 'ChaCha20-Poly1305' }, false, ['encrypt', 'decrypt']))
const x = () => knows('x25519', () => subtle.importKey('raw', basePoint, { name: 'X25519' }, false, []))
const mlkem = () =>
  knows('mlkem', () => subtle.importKey('raw-seed', new Uint8Array(64), { name: 'ML-KEM-768' }, false, ['decapsulateBits']))

/** nativeAlgorithms lists what the browser brings, for the page and the tests. */
export async function nativeAlgorithms() {
  return { chacha: await chacha(), x25519: await x(), ed25519: await knowsEd(), mlkem: await mlkem() }
}

/**
 * streamCipher seals or opens chunk after chunk under one key.
 * @param {Uint8Array} key
 * @returns {Promise<{seal: (nonce: Uint8Array, b: Uint8Array) => Promise<Uint8Array>, open: (nonce: Uint8Array, b: Uint8Array) => Promise<Uint8Array>}>}
 */
export async function streamCipher(key) {
  if (await chacha()) {
    const k = await subtle.importKey('raw-secret', key, { name: 'ChaCha20-Poly1305' }, false, ['encrypt', 'decrypt'])
    const run = (how) => async (iv, b) => new Uint8Array(await subtle[how]({ name: 'ChaCha20-Poly1305', iv }, k, b))
    return { seal: run('encrypt'), open: run('decrypt') }
  }
  return {
    seal: async (nonce, b) => chacha20poly1305(key, nonce).encrypt(b),
    open: async (nonce, b) => chacha20poly1305(key, nonce).decrypt(b)
  }
}

const pkcs8X25519 = unhex('302e020100300506032b656e04220420')

/** x25519Key is a secret scalar that can agree with others' points.
 * @param {Uint8Array} scalar @returns {Promise<(point: Uint8Array) => Promise<Uint8Array>>} */
export async function x25519Key(scalar) {
  if (!(await x())) return async (point) => x25519.scalarMult(scalar, point)
  const key = await subtle.importKey('pkcs8', concat(pkcs8X25519, scalar), { name: 'X25519' }, false, ['deriveBits'])
  return async (point) => {
    const peer = await subtle.importKey('raw', point, { name: 'X25519' }, false, [])
    return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: peer }, key, 256))
  }
}

/** mlkemKey decapsulates with the browser's ML-KEM-768; null where it has none.
 * @param {Uint8Array} seed 64 bytes
 * @returns {Promise<((cipher: Uint8Array) => Promise<Uint8Array>) | null>} */
export async function mlkemKey(seed) {
  if (!(await mlkem())) return null
  const key = await subtle.importKey('raw-seed', seed, { name: 'ML-KEM-768' }, false, ['decapsulateBits'])
  return async (cipher) => new Uint8Array(await subtle.decapsulateBits({ name: 'ML-KEM-768' }, key, cipher))
}
