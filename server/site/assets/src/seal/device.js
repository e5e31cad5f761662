// The keys that a person signs with in this browser: a key that the browser
// keeps and gives to nobody, or a passkey. Both make signatures that the
// server's package tender/sign takes.
import { base64, concat, random, utf8 } from './bytes.js'
import * as db from './db.js'
import { Fault, want } from './fault.js'
import { enrolRecord, fromSPKI, makeKey, signingHash, verify } from './sign.js'

/**
 * A device as it lies on the shelf. `secret` is a non-extractable CryptoKey of
 * a stored key; `credential` is the id of a passkey.
 * @typedef {{id: string, user: string, label: string, kind: 'stored' | 'passkey', key: import('./sign.js').Key, secret?: CryptoKey, credential?: Uint8Array}} Device
 */

/** canStore reports whether this browser can keep an Ed25519 key itself. */
export async function canStore() {
  try {
    await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])
    return typeof indexedDB !== 'undefined'
  } catch {
    return false
  }
}

export const canPasskey = () => typeof PublicKeyCredential !== 'undefined' && isSecureContext

/** @param {string} user @returns {Promise<Device[]>} */
export const devicesOf = async (user) => (await db.everything('devices')).filter((d) => d.user === user)

/** makeStored makes a key that cannot leave this browser.
 * @param {string} user @param {string} label @returns {Promise<Device>} */
export async function makeStored(user, label) {
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])
  const key = makeKey('ed25519', new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)))
  const d = { id: key.id, user, label, kind: 'stored', key, secret: pair.privateKey }
  await db.put('devices', d.id, d)
  await db.keep()
  return d
}

/** makePasskey asks the person's authenticator for a new key.
 * @param {{user: string, name: string, label: string, site: string}} who
 * @returns {Promise<Device>} */
export async function makePasskey({ user, name, label, site }) {
  const rp = location.hostname
  const made = await prompted(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { id: rp, name: site },
        user: { id: utf8(user).slice(0, 64), name, displayName: name },
        challenge: random(32),
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -8 }
        ],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none'
      }
    })
  )
  const der = made.response.getPublicKey?.()
  want(der, 'device.passkey', 'The passkey is of a kind that is not used here.')
  const key = fromSPKI(new Uint8Array(der), rp)
  const d = { id: key.id, user, label, kind: 'passkey', key, credential: new Uint8Array(made.rawId) }
  await db.put('devices', d.id, d)
  return d
}

/** enrolment is what the server wants to register a device.
 * @param {Device} d */
export async function enrolment(d) {
  return { label: d.label, key: d.key, proof: await signerOf(d).sign('enrol', enrolRecord(d.user, d.key)) }
}

/** @param {string} id */
export const forget = (id) => db.remove('devices', id)

/** signerOf lets a device sign. @param {Device} d @returns {import('./sign.js').Signer} */
export function signerOf(d) {
  if (d.kind === 'passkey') return passkeySigner([d.key], d.credential)
  return {
    key: d.key,
    async sign(domain, record) {
      const sig = await crypto.subtle.sign({ name: 'Ed25519' }, d.secret, signingHash(domain, record))
      return { alg: 'ed25519', key: d.key.id, sig: base64(new Uint8Array(sig)) }
    }
  }
}

/** passkeySigner signs with whichever of the registered passkeys the person
 * picks; it need not have been made in this browser.
 * @param {import('./sign.js').Key[]} keys @param {Uint8Array} [credential] */
export function passkeySigner(keys, credential) {
  return {
    key: keys[0],
    async sign(domain, record) {
      const hash = signingHash(domain, record)
      const got = await prompted(() =>
        navigator.credentials.get({
          publicKey: {
            rpId: location.hostname,
            challenge: hash,
            userVerification: 'required',
            allowCredentials: credential ? [{ type: 'public-key', id: credential }] : []
          }
        })
      )
      for (const key of keys) {
        const s = {
          alg: key.alg,
          authenticatorData: base64(new Uint8Array(got.response.authenticatorData)),
          clientDataJSON: base64(new Uint8Array(got.response.clientDataJSON)),
          key: key.id,
          sig: base64(new Uint8Array(got.response.signature))
        }
        try {
          await verify(key, domain, record, s)
          return s
        } catch {
          // another of the person's passkeys
        }
      }
      throw new Fault('device.unregistered', 'That passkey is not registered here.')
    }
  }
}

/** prompted turns the browser's refusals into ours. */
async function prompted(ask) {
  try {
    const got = await ask()
    want(got, 'device.refused', 'No passkey was used.')
    return got
  } catch (err) {
    if (err instanceof Fault) throw err
    const code = { NotAllowedError: 'device.refused', InvalidStateError: 'device.twice' }[err.name] ?? 'device.passkey'
    throw new Fault(code, `The passkey was not used: ${err.message}`, { cause: err })
  }
}

/** wrappingSecret asks a passkey for 32 bytes that it gives to nobody else and
 * that depend on salt (WebAuthn's PRF); null if it cannot.
 * @param {Uint8Array} salt @param {Uint8Array} credential */
export async function wrappingSecret(salt, credential) {
  const got = await prompted(() =>
    navigator.credentials.get({
      publicKey: {
        rpId: location.hostname,
        challenge: random(32),
        userVerification: 'required',
        allowCredentials: [{ type: 'public-key', id: credential }],
        extensions: { prf: { eval: { first: concat(utf8('probity opener key\n'), salt) } } }
      }
    })
  )
  const first = got.getClientExtensionResults().prf?.results?.first
  return first ? new Uint8Array(first) : null
}

/** makeWrappingPasskey makes a passkey that can wrap a key; it signs nothing.
 * null if the authenticator has no PRF.
 * @param {{name: string, site: string}} who
 * @returns {Promise<Uint8Array | null>} the credential's id */
export async function makeWrappingPasskey({ name, site }) {
  const made = await prompted(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { id: location.hostname, name: site },
        user: { id: concat(utf8('o'), random(16)), name, displayName: name },
        challenge: random(32),
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
        extensions: { prf: {} }
      }
    })
  )
  return made.getClientExtensionResults().prf?.enabled ? new Uint8Array(made.rawId) : null
}
