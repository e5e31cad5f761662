// Age files as a stream: the payload of an envelope, and small files under a
// passphrase. Sealing writes what stock age reads.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { base64raw, concat, equal, random, unbase64raw, utf8 } from './bytes.js'
import { Fault } from './fault.js'
import { openStanza } from './identity.js'
import { streamCipher } from './cipher.js'
import { ageHead, ageMac, ageOpening, agePayloadKey, stanzaFor } from './wrap.js'

const chunk = 64 << 10
const tag = 16
/** So many chunks are on their way through the cipher at once. */
const atOnce = 32

/** nonceAt is the nonce of chunk number n. */
function nonceAt(n, last) {
  const b = new Uint8Array(12)
  new DataView(b.buffer).setBigUint64(3, BigInt(n))
  b[11] = last ? 1 : 0
  return b
}

/**
 * AgeWriter encrypts to one recipient. put takes what is ready, in order.
 * `size(n)` foretells the length of a file of n plain bytes.
 */
export class AgeWriter {
  #cipher
  #put
  #buffer = new Uint8Array(chunk * atOnce)
  #used = 0
  #count = 0
  #opening

  /** @param {import('./recipient.js').Recipient} to @param {(b: Uint8Array) => unknown} put */
  static to(to, put) {
    const fileKey = random(16)
    return AgeWriter.under(stanzaFor(to, fileKey, random(64)), fileKey, put)
  }

  /** under is to, for a stanza that is made already. */
  static async under(stanza, fileKey, put) {
    const w = new AgeWriter()
    const nonce = random(16)
    w.#opening = ageOpening(stanza, fileKey, nonce)
    w.#cipher = await streamCipher(agePayloadKey(fileKey, nonce))
    w.#put = put
    return w
  }

  size(plain) {
    return this.#opening.length + plain + Math.max(1, Math.ceil(plain / chunk)) * tag
  }

  async open() {
    await this.#put(this.#opening)
  }

  /** @param {Uint8Array} b */
  async write(b) {
    while (b.length) {
      if (this.#used === this.#buffer.length) await this.#flush(false) // more follows, so none of these is the last
      const n = Math.min(b.length, this.#buffer.length - this.#used)
      this.#buffer.set(b.subarray(0, n), this.#used)
      this.#used += n
      b = b.subarray(n)
    }
  }

  close() {
    return this.#flush(true)
  }

  async #flush(last) {
    const jobs = []
    for (let at = 0; at < this.#used || jobs.length === 0; at += chunk) {
      const end = Math.min(at + chunk, this.#used)
      jobs.push(this.#cipher.seal(nonceAt(this.#count++, last && end === this.#used), this.#buffer.slice(at, end)))
    }
    this.#used = 0
    await this.#put(concat(...(await Promise.all(jobs))))
  }
}

/** Reader gives exact numbers of bytes from a stream of pieces. */
export class Reader {
  #it
  #rest = new Uint8Array()

  /** @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} source */
  constructor(source) {
    this.#it = (source[Symbol.asyncIterator] ?? source[Symbol.iterator]).call(source)
  }

  /** read returns n bytes, or fewer at the end. @param {number} n */
  async read(n) {
    const parts = []
    let have = 0
    while (have < n) {
      if (this.#rest.length === 0) {
        const next = await this.#it.next()
        if (next.done) break
        this.#rest = next.value
        continue
      }
      const part = this.#rest.subarray(0, n - have)
      this.#rest = this.#rest.subarray(part.length)
      parts.push(part)
      have += part.length
    }
    return parts.length === 1 ? parts[0] : concat(...parts)
  }

  /** unread puts bytes back. @param {Uint8Array} b */
  unread(b) {
    this.#rest = this.#rest.length ? concat(b, this.#rest) : b
  }
}

const headForm = /^age-encryption\.org\/v1\n-> ([!-~]+) ([!-~]+(?: [!-~]+)?)\n([A-Za-z0-9+/]{43})\n--- ([A-Za-z0-9+/]{43})\n/
const longestHead = 4096

/** Every failure to open is one fault; a broken source is not. */
const closed = () => new Fault('age.closed', 'The file does not open with this key.')

/**
 * openAge yields the plain bytes of an age file that has exactly one stanza. A
 * second stanza would be a second way in, which sealing again cannot see.
 * @param {Reader} r
 * @param {(s: {kind: string, argument: string, body: string}) => Promise<Uint8Array | null>} unwrap
 * @returns {AsyncGenerator<Uint8Array>}
 */
export async function* openAge(r, unwrap) {
  const start = await r.read(longestHead)
  const m = headForm.exec(String.fromCharCode(...start))
  if (!m) throw closed()
  r.unread(start.subarray(m[0].length))
  const fileKey = await unwrap({ kind: m[1], argument: m[2], body: m[3] })
  if (fileKey?.length !== 16 || !equal(ageMac(fileKey, ageHead(`${m[1]} ${m[2]}\n${m[3]}`)), macOf(m[4]))) throw closed()
  const nonce = await r.read(16)
  if (nonce.length !== 16) throw closed()
  yield* chunks(r, await streamCipher(agePayloadKey(fileKey, nonce)))
}

function macOf(s) {
  try {
    return unbase64raw(s)
  } catch {
    throw closed()
  }
}

async function* chunks(r, cipher) {
  const full = chunk + tag
  let next = await r.read(full * atOnce)
  for (let n = 0; ; ) {
    const here = next
    next = here.length === full * atOnce ? await r.read(full * atOnce) : new Uint8Array()
    const end = next.length === 0
    const jobs = []
    for (let at = 0; at < here.length || (end && jobs.length === 0); at += full) {
      const piece = here.subarray(at, at + full)
      const whole = piece.length > tag || (piece.length === tag && n === 0) // only an empty file has an empty chunk
      jobs.push(whole ? cipher.open(nonceAt(n++, end && at + full >= here.length), piece) : Promise.reject(closed()))
    }
    let plain
    try {
      plain = await Promise.all(jobs)
    } catch {
      throw closed()
    }
    yield* plain
    if (end) return
  }
}

/** openWith is openAge for an identity. @param {Reader} r @param {import('./identity.js').Identity} id */
export const openWith = (r, id) => openAge(r, (s) => openStanza(id, s))

/** openSmall opens a file that is all at hand.
 * @param {Uint8Array} b @param {import('./identity.js').Identity} id */
export const openSmall = (b, id) => gather(openWith(new Reader([b]), id))

async function gather(parts) {
  const list = []
  for await (const p of parts) list.push(p)
  return concat(...list)
}

/** sealSmall encrypts a small file to one recipient.
 * @param {Uint8Array} plain @param {import('./recipient.js').Recipient} to */
export async function sealSmall(plain, to) {
  const parts = []
  const w = await AgeWriter.to(to, (b) => parts.push(b))
  await w.open()
  await w.write(plain)
  await w.close()
  return concat(...parts)
}

// Files under a passphrase: about a second and 256 MiB, as the command line
// makes them. Files that ask for more are refused.
const workFactor = 18
const scryptLabel = utf8('age-encryption.org/v1/scrypt')
const mark = 'age-encryption.org/v1\n'

/** isLocked reports whether bytes look like a file of lock. @param {Uint8Array} b */
export const isLocked = (b) => equal(b.subarray(0, mark.length), utf8(mark))

const passKey = (passphrase, salt, factor) =>
  scryptAsync(utf8(passphrase), concat(scryptLabel, salt), { N: 2 ** factor, r: 8, p: 1, dkLen: 32, maxmem: 2 ** (factor + 11) })

/** lockStream encrypts a stream under a passphrase, for stock age too.
 * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} source @param {string} passphrase @param {(b: Uint8Array) => unknown} put @param {number} [factor] */
export async function lockStream(source, passphrase, put, factor = workFactor) {
  if (!passphrase) throw new Fault('sign.passphrase', 'A passphrase is needed.')
  const fileKey = random(16)
  const salt = random(16)
  const body = chacha20poly1305(await passKey(passphrase, salt, factor), new Uint8Array(12)).encrypt(fileKey)
  const w = await AgeWriter.under(`scrypt ${base64raw(salt)} ${factor}\n${base64raw(body)}`, fileKey, put)
  await w.open()
  for await (const b of source) await w.write(b)
  await w.close()
}

/** lock encrypts a small secret under a passphrase.
 * @param {Uint8Array} plain @param {string} passphrase @param {number} [factor] */
export async function lock(plain, passphrase, factor = workFactor) {
  const parts = []
  await lockStream([plain], passphrase, (b) => parts.push(b), factor)
  return concat(...parts)
}

/** unlockStream opens what lockStream wrote. Wrong passphrase, other kinds of
 * age files and damage are one fault. @param {Reader} r @param {string} passphrase */
export async function* unlockStream(r, passphrase) {
  const unwrap = async (s) => {
    const [salt, factor, more] = s.argument.split(' ')
    if (s.kind !== 'scrypt' || more !== undefined || !/^[1-9][0-9]?$/.test(factor) || Number(factor) > workFactor) return null
    const key = await passKey(passphrase, unbase64raw(salt), Number(factor))
    try {
      return chacha20poly1305(key, new Uint8Array(12)).decrypt(unbase64raw(s.body))
    } catch {
      return null
    }
  }
  try {
    yield* openAge(r, unwrap)
  } catch (err) {
    if (!(err instanceof Fault)) throw err
    throw new Fault('sign.passphrase', 'The file does not open with this passphrase.', { cause: err })
  }
}

/** unlock opens a small file of lock. @param {Uint8Array} b @param {string} passphrase */
export const unlock = (b, passphrase) => gather(unlockStream(new Reader([b]), passphrase))
