// The transparency log's arithmetic: leaves, receipts (c2sp.org/tlog-proof@v1),
// and that a log has only grown (RFC 6962). It asks nobody; trust.js does.
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, equal, unbase64, utf8 } from './bytes.js'
import { hasExactly, parseCanon, canonBytes } from './canon.js'
import { Fault, want } from './fault.js'
import { openCheckpoint } from './note.js'

const height = 8
const width = 1 << height
const saltSize = 16
const maxReceipt = 8 << 20
const maxProof = 53
const proofHeader = 'c2sp.org/tlog-proof@v1'

const nodeHash = (l, r) => sha256(concat(Uint8Array.of(1), l, r))

/** leafHash of a record in the Merkle tree. The entry itself is a salted hash,
 * so that the log tells nothing. */
const leafHash = (salt, record) => sha256(concat(Uint8Array.of(0), sha256(concat(utf8('sealbid/1 leaf\n'), salt, record))))

/** below is the largest power of two below n. */
function below(n) {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** rootOf computes the root from a leaf's path.
 * @param {Uint8Array[]} path @param {number} size @param {number} index @param {Uint8Array} leaf */
function rootOf(path, size, index, leaf) {
  if (size === 1) return path.length === 0 ? leaf : null
  if (path.length === 0) return null
  const k = below(size)
  const last = path[path.length - 1]
  const rest = path.slice(0, -1)
  const side = index < k ? rootOf(rest, k, index, leaf) : rootOf(rest, size - k, index - k, leaf)
  return side && (index < k ? nodeHash(side, last) : nodeHash(last, side))
}

/** @typedef {{index: number, salt: Uint8Array, record: Uint8Array, path: Uint8Array[], checkpoint: string, raw: string}} Receipt */

/** parseReceipt reads a receipt in its one form. It verifies nothing.
 * @param {string} raw @returns {Receipt} */
export function parseReceipt(raw) {
  const bad = new Fault('receipt.form', 'This is not a receipt of a log.')
  const cut = raw.indexOf('\n\n')
  if (cut < 0 || raw.length > maxReceipt) throw bad
  const lines = raw.slice(0, cut).split('\n')
  const extra = /^extra (\S+)$/.exec(lines[1])
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines[2])
  if (lines[0] !== proofHeader || !extra || !index || lines.length > 3 + maxProof) throw bad
  try {
    const both = unbase64(extra[1])
    const path = lines.slice(3).map((l) => unbase64(l))
    if (both.length < saltSize || path.some((h) => h.length !== 32)) throw bad
    return {
      index: Number(index[1]),
      salt: both.subarray(0, saltSize),
      record: both.subarray(saltSize),
      path,
      checkpoint: raw.slice(cut + 2),
      raw
    }
  } catch {
    throw bad
  }
}

/**
 * A fact is a record of the log.
 * @typedef {{at: string, by: string, data: any, id: string, name: string, topic: string}} Fact
 */

/** verifyReceipt refuses a receipt unless its record stands in the log under a
 * checkpoint that the policy believes, and returns the record.
 * @param {Receipt} r @param {import('./note.js').Policy} p
 * @returns {Promise<{index: number, fact: Fact, raw: string, seen: number[], size: number}>} */
export async function verifyReceipt(r, p) {
  const refused = new Fault('receipt.proof', 'The receipt does not prove that its record is in the log.')
  let c
  try {
    c = await openCheckpoint(r.checkpoint, p)
  } catch (err) {
    throw new Fault(refused.code, refused.message, { cause: err })
  }
  const root = r.index < c.size ? rootOf(r.path, c.size, r.index, leafHash(r.salt, r.record)) : null
  if (!root || !equal(root, c.root)) throw refused
  return { index: r.index, fact: parseFact(r.record), raw: r.raw, seen: c.seen, size: c.size }
}

/** @param {Uint8Array} b @returns {Fact} */
function parseFact(b) {
  let f
  try {
    f = parseCanon(b)
  } catch {
    f = null
  }
  const ok =
    hasExactly(f, 'at by data id name topic v') &&
    f.v === 'probity-fact/1' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(f.at) &&
    f.id &&
    f.name &&
    f.by &&
    typeof f.data === 'object' &&
    !Array.isArray(f.data)
  want(ok, 'receipt.record', "The receipt's record is no fact of this platform.")
  return f
}

/** says refuses a receipt whose data are not exactly these.
 * @param {Fact} fact @param {unknown} data */
export function says(fact, data) {
  want(
    equal(canonBytes(fact.data), canonBytes(data)),
    'receipt.changed',
    'The record in the log is not the one that was sent. Keep the receipt: it proves that the record was changed.'
  )
}

/** is refuses a receipt of another fact than one of this name about this
 * tender. @param {Fact} fact @param {string} name @param {string} tender */
export const is = (fact, name, tender) =>
  want(
    fact.name === name && fact.topic === tender,
    'receipt.other',
    `The receipt is for ${fact.name} of ${fact.topic}, not for ${name} of ${tender}.`
  )

/** tilePath of a tile in a log of some size; null if the log has none there.
 * @returns {{path: string, count: number} | null} */
function tilePath(level, number, size) {
  const count = Math.min(Math.max(Math.floor(size / 2 ** (height * level)) - number * width, 0), width)
  if (count === 0) return null
  let name = String(number % 1000).padStart(3, '0')
  for (let n = Math.floor(number / 1000); n > 0; n = Math.floor(n / 1000)) name = `x${String(n % 1000).padStart(3, '0')}/${name}`
  return { path: `tile/${level}/${name}${count < width ? `.p/${count}` : ''}`, count }
}

/**
 * treeOf reads a log's hashes from its tiles.
 * @param {number} size @param {(path: string) => Promise<Uint8Array>} read
 */
function treeOf(size, read) {
  const tiles = new Map()
  const tile = (level, number) => {
    const key = `${level}/${number}`
    if (!tiles.has(key)) tiles.set(key, load(level, number))
    return tiles.get(key)
  }
  async function load(level, number) {
    const at = tilePath(level, number, size)
    want(at, 'log.unproven', 'The log is shorter than it says.')
    const b = await read(at.path)
    want(b.length === 32 * at.count, 'client.answer', "The server's answer is not a tile of the log.")
    return b
  }
  /** node at a level: the hash of 2^level leaves, number n. */
  async function node(level, n) {
    const high = Math.floor(level / height)
    const more = level - high * height
    const first = n * 2 ** more
    const b = await tile(high, Math.floor(first / width))
    let row = []
    for (let i = 0; i < 2 ** more; i++) row.push(b.subarray(32 * ((first % width) + i), 32 * ((first % width) + i) + 32))
    while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i], row[2 * i + 1]))
    return row[0]
  }
  /** range is the hash of the leaves from lo, so many; lo is a multiple of the
   * power of two that count fits into. */
  async function range(lo, count) {
    const level = Math.log2(count)
    if (Number.isInteger(level)) return node(level, lo / count)
    const k = below(count)
    return nodeHash(await range(lo, k), await range(lo + k, count - k))
  }
  return { range }
}

/** growth is the proof that a log of size entries begins with the log of old
 * entries (RFC 6962, 2.1.2), read from tiles.
 * @param {number} old @param {number} size @param {(path: string) => Promise<Uint8Array>} read */
export async function growth(old, size, read) {
  const { range } = treeOf(size, read)
  async function part(m, lo, n, whole) {
    if (m === n) return whole ? [] : [await range(lo, n)]
    const k = below(n)
    if (m <= k) return [...(await part(m, lo, k, whole)), await range(lo + k, n - k)]
    return [...(await part(m - k, lo + k, n - k, false)), await range(lo, k)]
  }
  return old === 0 || old === size ? [] : part(old, 0, size, true)
}

/** checkGrowth reports whether the log of checkpoint b begins with the whole
 * log of checkpoint a.
 * @param {import('./note.js').Checkpoint} a @param {import('./note.js').Checkpoint} b @param {Uint8Array[]} proof */
export function checkGrowth(a, b, proof) {
  if (a.origin !== b.origin || a.size > b.size || proof.length > 2 * maxProof) return false
  if (a.size === 0) return equal(a.root, sha256(new Uint8Array()))
  if (a.size === b.size) return proof.length === 0 && equal(a.root, b.root)
  const rest = [...proof]
  /** both computes the old and the new hash of a subtree from the proof's end. */
  function both(m, n, whole) {
    if (m === n) {
      if (whole) return [a.root, a.root]
      const h = rest.shift()
      return h && [h, h]
    }
    const k = below(n)
    if (m <= k) {
      const left = both(m, k, whole)
      const right = rest.shift()
      return left && right && [left[0], nodeHash(left[1], right)]
    }
    const right = both(m - k, n - k, false)
    const left = rest.shift()
    return left && right && [nodeHash(left, right[0]), nodeHash(left, right[1])]
  }
  const got = both(a.size, b.size, true)
  return !!got && rest.length === 0 && equal(got[0], a.root) && equal(got[1], b.root)
}
