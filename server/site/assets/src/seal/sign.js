// Signatures by a person's own device, as the server's package tender/sign
// reads them. Nothing here signs a ready-made hash: the record that was shown
// goes in, its hash under its domain comes out, and one domain's signature is
// worth nothing in another.
import { base64, base64url, concat, equal, hex, unbase64, utf8 } from './bytes.js'
import { canonBytes, H, hasExactly } from './canon.js'
import { ed25519Verify } from './native.js'
import { Fault, want } from './fault.js'

/** Every act that is signed. The list is closed. */
export const domains = [
  'bid',
  'withdraw',
  'manifest',
  'extend',
  'open',
  'close',
  'approve',
  'declare',
  'score',
  'login',
  'enrol',
  'contract',
  'refusal',
  'statement'
]

/**
 * @typedef {{alg: 'ed25519' | 'webauthn-es256' | 'webauthn-eddsa', id: string, public: string, rp?: string}} Key
 * @typedef {{alg: string, authenticatorData?: string, clientDataJSON?: string, key: string, sig: string}} Signature
 * @typedef {{key: Key, sign: (domain: string, record: Uint8Array) => Promise<Signature>}} Signer
 */

/** signingHash is what a signature over record in domain covers.
 * @param {string} domain @param {Uint8Array} record */
export function signingHash(domain, record) {
  want(domains.includes(domain), 'sign.domain', `Nothing is signed as ${domain}.`)
  return H(domain, record)
}

/** makeKey is the public half of a device key, named by its own content.
 * @param {Key['alg']} alg @param {Uint8Array} bytes @param {string} [rp] @returns {Key} */
export function makeKey(alg, bytes, rp = '') {
  const id = hex(H('key', utf8(`${alg}\n${rp}\n`), bytes).subarray(0, 16))
  return { alg, id, public: base64(bytes), rp: rp || undefined }
}

/** @param {Key} k */
export function checkKey(k) {
  const size = k.alg === 'webauthn-es256' ? 65 : 32
  let ok = hasExactly(k, 'alg id public rp?') && ['ed25519', 'webauthn-es256', 'webauthn-eddsa'].includes(k.alg)
  ok &&= (k.alg === 'ed25519') === !k.rp
  const bytes = ok ? unbase64(k.public) : new Uint8Array()
  want(ok && bytes.length === size && makeKey(k.alg, bytes, k.rp).id === k.id, 'sign.key', 'This is not the public part of a device key.')
  return bytes
}

/** verify refuses a signature unless key k made it over record in domain.
 * @param {Key} k @param {string} domain @param {Uint8Array} record @param {Signature} s */
export async function verify(k, domain, record, s) {
  const hash = signingHash(domain, record)
  const bytes = checkKey(k)
  want(s.key === k.id && s.alg === k.alg, 'sign.key', 'The signature was made by another key.')
  if (k.alg === 'ed25519') {
    want(!s.authenticatorData && !s.clientDataJSON, 'sign.signature')
    want(await ed25519Verify(bytes, unbase64(s.sig), hash), 'sign.signature', 'The signature does not match the record.')
    return
  }
  want(await passkeySigned(k, bytes, hash, s), 'sign.signature', 'The passkey did not sign this record.')
}

async function passkeySigned(k, bytes, hash, s) {
  const data = unbase64(s.authenticatorData ?? '')
  const client = unbase64(s.clientDataJSON ?? '')
  let said
  try {
    said = JSON.parse(new TextDecoder().decode(client))
  } catch {
    return false
  }
  if (said.type !== 'webauthn.get' || said.crossOrigin || said.challenge !== base64url(hash) || !ownOrigin(said.origin, k.rp)) return false
  const rp = await sha256(utf8(k.rp ?? ''))
  if (data.length < 37 || !equal(data.subarray(0, 32), rp) || (data[32] & 5) !== 5) return false
  const signed = concat(data, await sha256(client))
  if (k.alg === 'webauthn-eddsa') return ed25519Verify(bytes, unbase64(s.sig), signed)
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  const flat = fromDER(unbase64(s.sig))
  return flat !== null && crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, flat, signed)
}

const sha256 = async (b) => new Uint8Array(await crypto.subtle.digest('SHA-256', b))

function ownOrigin(origin, rp) {
  let u
  try {
    u = new URL(origin)
  } catch {
    return false
  }
  if (u.origin !== origin || (u.protocol !== 'https:' && !(u.protocol === 'http:' && u.hostname === 'localhost'))) return false
  return u.hostname === rp || u.hostname.endsWith(`.${rp}`)
}

/** fromDER rewrites an ECDSA signature from two DER integers to two times 32
 * bytes; null if it is none. @param {Uint8Array} der */
function fromDER(der) {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2) return null
  const out = new Uint8Array(64)
  let at = 2
  for (const end of [32, 64]) {
    if (der[at] !== 2) return null
    const size = der[at + 1]
    let n = der.subarray(at + 2, at + 2 + size)
    at += 2 + size
    if (n.length !== size || size === 0) return null
    if (n[0] === 0) n = n.subarray(1)
    if (n.length > 32) return null
    out.set(n, end - n.length)
  }
  return at === der.length ? out : null
}

/** fromSPKI is the key of a new passkey, from what the browser's getPublicKey()
 * gives. @param {Uint8Array} der @param {string} rp */
export function fromSPKI(der, rp) {
  const p256 = '3059301306072a8648ce3d020106082a8648ce3d030107034200'
  const ed = '302a300506032b6570032100'
  const h = hex(der)
  if (h.startsWith(p256) && der.length === 91) return makeKey('webauthn-es256', der.slice(26), rp)
  if (h.startsWith(ed) && der.length === 44) return makeKey('webauthn-eddsa', der.slice(12), rp)
  throw new Fault('sign.key', "The passkey's public key is of a kind that is not used here.")
}

/** enrolRecord is what a new key signs to show that it works.
 * @param {string} user @param {Key} key */
export const enrolRecord = (user, key) => canonBytes({ key, kind: 'enrol', user })

/** Signed: a record with its signature, as a ledger leaf holds it.
 * @param {Signer} signer @param {string} domain @param {Uint8Array} record */
export async function signRecord(signer, domain, record) {
  return { record: JSON.parse(new TextDecoder().decode(record)), signature: await signer.sign(domain, record) }
}
