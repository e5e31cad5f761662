// Secret keys that open age files: openers' keys and payload keys. Where the
// browser has the algorithms it does the work, with keys that nobody reads out.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from './x25519.js'
import { shake256 } from '@noble/hashes/sha3.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { bechDecode, bechEncode } from './bech32.js'
import { concat, random, unbase64raw } from './bytes.js'
import { Fault } from './fault.js'
import { mlkemKey, x25519Key } from './cipher.js'
import { derive, hpkeKeys, labelX25519, xwing } from './wrap.js'

const hybridHuman = 'age-secret-key-pq-'
const classicHuman = 'age-secret-key-'

/**
 * An identity: `stanza` is the kind of stanza that it opens, `unwrap` returns
 * the file key of a stanza's argument and body, or null if it is not for it.
 * @typedef {{kind: 'hybrid' | 'x25519', stanza: string, public: string, secret: string, unwrap: (argument: Uint8Array, body: Uint8Array) => Promise<Uint8Array | null>}} Identity
 */

/** hybridIdentity is the identity of 32 secret bytes.
 * @param {Uint8Array} seed @returns {Promise<Identity>} */
export async function hybridIdentity(seed) {
  const spread = shake256(seed, { dkLen: 96 })
  const scalar = spread.slice(64)
  const point = x25519.scalarMultBase(scalar)
  const pair = ml_kem768.keygen(spread.slice(0, 64))
  const decapsulate = (await mlkemKey(spread.slice(0, 64))) ?? (async (c) => ml_kem768.decapsulate(c, pair.secretKey))
  const agree = await x25519Key(scalar)
  return {
    kind: 'hybrid',
    stanza: 'mlkem768x25519',
    public: bechEncode('age1pq', concat(pair.publicKey, point)),
    secret: bechEncode(hybridHuman, seed).toUpperCase(),
    async unwrap(argument, body) {
      if (argument.length !== 1120) return null
      const theirs = argument.slice(1088)
      const { key, nonce } = hpkeKeys(xwing(await decapsulate(argument.slice(0, 1088)), await agree(theirs), theirs, point))
      return decrypt(key, nonce, body)
    }
  }
}

async function classicIdentity(scalar) {
  const point = x25519.scalarMultBase(scalar)
  const agree = await x25519Key(scalar)
  return {
    kind: 'x25519',
    stanza: 'X25519',
    public: bechEncode('age', point),
    secret: bechEncode(classicHuman, scalar).toUpperCase(),
    async unwrap(argument, body) {
      if (argument.length !== 32) return null
      return decrypt(derive(await agree(argument), concat(argument, point), labelX25519), new Uint8Array(12), body)
    }
  }
}

function decrypt(key, nonce, body) {
  try {
    return chacha20poly1305(key, nonce).decrypt(body)
  } catch {
    return null
  }
}

/** makeOpenerKey makes a new hybrid key. */
export const makeOpenerKey = () => hybridIdentity(random(32))

/** parseOpenerKey reads AGE-SECRET-KEY-PQ-1..., or AGE-SECRET-KEY-1... of old
 * tenders, in capitals as age writes them. @param {string} secret */
export async function parseOpenerKey(secret) {
  const read = typeof secret === 'string' && secret === secret.toUpperCase() ? bechDecode(secret.toLowerCase()) : null
  if (read?.data.length === 32 && read.human === hybridHuman) return hybridIdentity(read.data)
  if (read?.data.length === 32 && read.human === classicHuman) return classicIdentity(read.data)
  throw new Fault('seal.opener_key', "This is not an opener's secret key.")
}

/** openStanza opens the one stanza of an age file's head; null if it is another
 * kind, or not for this identity.
 * @param {Identity} id @param {{kind: string, argument: string, body: string}} s */
export async function openStanza(id, s) {
  if (s.kind !== id.stanza) return null
  try {
    return await id.unwrap(unbase64raw(s.argument), unbase64raw(s.body))
  } catch {
    return null // loose base64, a point of low order
  }
}
