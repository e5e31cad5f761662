// The sealed envelope without its payload (6.10, 6.11): what is fingerprinted
// before the deadline.
import { base64, hex, isHash, unbase64, unhex } from './bytes.js'
import { canonBytes, hasExactly, hexH, parseCanon } from './canon.js'
import { checkContext, wrapShares } from './derive.js'
import { Fault, want } from './fault.js'
import { maxGroups, maxOpeners } from './manifest.js'
import { digest } from './native.js'
import { wrapLength } from './recipient.js'

const partSmall = 8 * 2 ** 20
const partLarge = 64 * 2 ** 20
const largeAbove = 64 * 2 ** 30
const maxPayload = 5 * 2 ** 40
const maxHeader = 6 * 2 ** 20

/**
 * @typedef {{part: number, parts: number, sha256: string, size: number}} Payload
 * @typedef {{context: import('./derive.js').Context, groups: {c: Uint8Array, w: Uint8Array}[][], payload: Payload}} Header
 */

/** partSize is the one right part size for a payload. @param {number} size */
export const partSize = (size) => (size > largeAbove ? partLarge : partSmall)

/** partLength of part number n, from 0. @param {Payload} p @param {number} n */
export const partLength = (p, n) => (n < 0 || n >= p.parts ? 0 : Math.min(p.part, p.size - n * p.part))

/** @param {Payload} p */
export function checkPayload(p) {
  const whole = [p.part, p.parts, p.size].every(Number.isSafeInteger)
  want(
    whole && p.size >= 200 && p.size <= maxPayload && isHash(p.sha256),
    'seal.payload_form',
    'The seal header describes no possible payload.'
  )
  want(
    p.part === partSize(p.size) && p.parts === Math.ceil(p.size / p.part),
    'seal.payload_parts',
    'The part size or number of parts breaks the rule.'
  )
}

/** PartHasher hashes a payload part by part as it streams by. */
export class PartHasher {
  #pieces = []
  #inPart = 0
  #sums = []
  size = 0

  /** @param {number} part */
  constructor(part) {
    this.part = part
  }

  /** @param {Uint8Array} b */
  write(b) {
    while (b.length) {
      if (this.#inPart === this.part) this.#cut()
      const piece = b.subarray(0, this.part - this.#inPart)
      this.#pieces.push(piece)
      this.#inPart += piece.length
      this.size += piece.length
      b = b.subarray(piece.length)
    }
  }

  #cut() {
    this.#sums.push(new Blob(this.#pieces).arrayBuffer().then((b) => digest(new Uint8Array(b))))
    this.#pieces = []
    this.#inPart = 0
  }

  /** sums are the parts' hashes, one after the other. */
  async sums() {
    if (this.#inPart > 0 || this.#sums.length === 0) this.#cut()
    const list = await Promise.all(this.#sums)
    const all = new Uint8Array(32 * list.length)
    list.forEach((s, i) => all.set(s, 32 * i))
    return all
  }

  /** settle waits until what was cut is hashed, so that parts do not pile up. */
  settle() {
    return Promise.all(this.#sums)
  }

  /** @returns {Promise<Payload>} */
  async payload() {
    const sums = await this.sums()
    return { part: this.part, parts: sums.length / 32, sha256: hex(await digest(sums)), size: this.size }
  }
}

/** @param {Header} h */
export const headerBytes = (h) =>
  canonBytes({
    ctx: h.context,
    groups: h.groups.map((g) => g.map((s) => ({ c: hex(s.c), w: base64(s.w) }))),
    payload: h.payload,
    v: 'sealbid/1'
  })

/** fingerprintOf header bytes, in hex. @param {Uint8Array} b */
export const fingerprintOf = (b) => hexH('header', b)

/** sealHeader writes the header that an honest bidder with this seed writes.
 * Everybody can repeat it once the seed is known.
 * @param {import('./manifest.js').Manifest} m @param {import('./derive.js').Context} c @param {Uint8Array} seed @param {Payload} payload
 * @returns {Header} */
export const sealHeader = (m, c, seed, payload) => ({ context: c, groups: wrapShares(seed, c, m.groups), payload })

/** parseHeader reads a header strictly. @param {Uint8Array} b @returns {Header} */
export function parseHeader(b) {
  const bad = new Fault('seal.header_form', 'This is not a seal header in canonical form.')
  if (b.length > maxHeader) throw bad
  let w
  try {
    w = parseCanon(b)
  } catch {
    throw bad
  }
  const shaped =
    hasExactly(w, 'ctx groups payload v') &&
    w.v === 'sealbid/1' &&
    hasExactly(w.ctx, 'bidder envelope lot openers seq tender') &&
    hasExactly(w.payload, 'part parts sha256 size') &&
    isHash(w.payload.sha256) &&
    typed(w)
  if (!shaped) throw bad
  const groups = takeGroups(w.groups, bad)
  checkContext(w.ctx)
  checkPayload(w.payload)
  return { context: w.ctx, groups, payload: w.payload }
}

/** typed: the members have the types that the form gives them. */
function typed(w) {
  const { seq, ...names } = w.ctx
  const { sha256, ...numbers } = w.payload
  return Object.values(names).every((s) => typeof s === 'string') && [seq, ...Object.values(numbers)].every(Number.isSafeInteger)
}

/** takeGroups: all wrapped shares of one header have one of the two lengths. */
function takeGroups(groups, bad) {
  if (!Array.isArray(groups) || groups.length < 1 || groups.length > maxGroups) throw bad
  let length = 0
  return groups.map((g) => {
    if (!Array.isArray(g) || g.length < 1 || g.length > maxOpeners) throw bad
    return g.map((s) => {
      if (!hasExactly(s, 'c w') || !isHash(s.c) || typeof s.w !== 'string') throw bad
      let w
      try {
        w = unbase64(s.w)
      } catch {
        throw bad
      }
      length ||= w.length
      if (w.length !== length || !Object.values(wrapLength).includes(length)) throw bad
      return { c: unhex(s.c), w }
    })
  })
}

/** fits reports whether h has exactly the seats and the kind of keys of m.
 * @param {Header} h @param {import('./manifest.js').Manifest} m */
export const fits = (h, m) =>
  h.groups.length === m.groups.length &&
  h.groups.every((g, j) => g.length === m.groups[j].openers.length) &&
  h.groups[0][0].w.length === wrapLength[m.kind]
