// An opener's key for one tender: made in this browser, kept under a passkey
// that can wrap it (PRF) or under a passphrase, in a form that stock age opens.
// The secret itself is in memory only while it is used.
import { lock, openSmall, sealSmall, unlock, isLocked } from './age.js'
import { random, text, utf8 } from './bytes.js'
import { hexH } from './canon.js'
import * as db from './db.js'
import { makeWrappingPasskey, wrappingSecret } from './device.js'
import { Fault, want } from './fault.js'
import { hybridIdentity, makeOpenerKey, parseOpenerKey } from './identity.js'
import { parseRecipient } from './recipient.js'

/**
 * @typedef {{id: string, user: string, tender: string, public: string, wrap: 'passphrase' | 'passkey', file: Uint8Array, salt?: Uint8Array, credential?: Uint8Array}} Kept
 */

const keptId = (user, tender) => `${user}~${tender}`

/** keyPrint is a key as people compare it. @param {string} key */
export const keyPrint = (key) =>
  hexH('opener-key', utf8(key))
    .slice(0, 20)
    .replace(/(.{4})(?=.)/g, '$1 ')

/** @param {string} user @param {string} tender @returns {Promise<Kept | undefined>} */
export async function keptKey(user, tender) {
  const kept = await db.get('openers', keptId(user, tender))
  return kept?.file ? kept : undefined
}

/** destroyedKey is what is left of a key of a tender that this browser has
 * destroyed; undefined if it has not.
 * @returns {Promise<{public: string, destroyed: number} | undefined>} */
export async function destroyedKey(user, tender) {
  const left = await db.get('openers', keptId(user, tender))
  return left?.destroyed ? left : undefined
}

const keyFile = (secret) => utf8(`${secret}\n`)

/** wrapIdentity is the age identity that a passkey's secret stands for. */
async function wrapIdentity(salt, credential) {
  const secret = await wrappingSecret(salt, credential)
  want(secret, 'opener.no_prf', 'This passkey cannot wrap a key.')
  return hybridIdentity(secret)
}

/** makeKey makes and keeps a key. With a passkey, the wrapping is tried at once:
 * a key that cannot be opened again is none.
 * @param {{user: string, name: string, site: string, tender: string, passphrase?: string}} who
 * @returns {Promise<{kept: Kept, secret: string}>} */
export async function makeKey({ user, name, site, tender, passphrase }) {
  const key = await makeOpenerKey()
  const kept = {
    id: keptId(user, tender),
    user,
    tender,
    public: key.public,
    wrap: passphrase ? 'passphrase' : 'passkey',
    file: new Uint8Array()
  }
  if (passphrase) kept.file = await lock(keyFile(key.secret), passphrase)
  else {
    kept.salt = random(32)
    kept.credential = await makeWrappingPasskey({ name, site })
    want(kept.credential, 'opener.no_prf', 'This passkey cannot wrap a key.')
    const id = await wrapIdentity(kept.salt, kept.credential)
    kept.file = await sealSmall(keyFile(key.secret), parseRecipient(id.public))
  }
  await db.put('openers', kept.id, kept)
  await db.keep()
  return { kept, secret: key.secret }
}

/** readKey reads the text of a key file. @param {Uint8Array} b */
function readKey(b) {
  const s = text(b)
  if (!s.endsWith('\n')) throw new Fault('seal.opener_key', 'This is not an opener key file.')
  return parseOpenerKey(s.slice(0, -1))
}

/** unlockKey opens the key that is kept here. @param {Kept} kept @param {string} passphrase */
export async function unlockKey(kept, passphrase) {
  if (kept.wrap === 'passphrase') return readKey(await unlock(kept.file, passphrase))
  return readKey(await openSmall(kept.file, await wrapIdentity(kept.salt, kept.credential)))
}

/** importKey reads a key file of the command line or a backup, or the secret
 * text as it stands on a backup sheet.
 * @param {Uint8Array} b @param {string} passphrase */
export async function importKey(b, passphrase) {
  if (isLocked(b)) return readKey(await unlock(b, passphrase))
  return parseOpenerKey(text(b).replace(/\s+/g, ''))
}

/** keepKey keeps a key that came from elsewhere, under a passphrase. */
export async function keepKey(key, { user, tender, passphrase }) {
  const kept = {
    id: keptId(user, tender),
    user,
    tender,
    public: key.public,
    wrap: 'passphrase',
    file: await lock(keyFile(key.secret), passphrase)
  }
  await db.put('openers', kept.id, kept)
  return kept
}

/** destroyKey forgets a key, once the award is final. What stays is that there
 * was one, and when it was destroyed. */
export async function destroyKey(kept) {
  const { id, user, tender } = kept
  const left = { id, user, tender, public: kept.public, destroyed: Date.now() }
  await db.put('openers', id, left)
  return left
}

/** sheetLines cuts a secret into lines that can be typed again from paper. */
export const sheetLines = (secret) =>
  secret.match(/.{1,4}/g).reduce((lines, part, i) => (i % 5 ? (lines[lines.length - 1] += ` ${part}`) : lines.push(part), lines), [])
