// Canonical JSON and the domain-separated hashes over it, the same bytes as the
// server's package canon: RFC 8785 narrowed to objects with printable ASCII
// keys, arrays, valid Unicode strings, booleans and integers 0..2^53-1.
import { sha256 } from '@noble/hashes/sha2.js'
import { equal, hex, text, utf8 } from './bytes.js'
import { Fault } from './fault.js'

const maxDepth = 64

/** canon writes a value in its one form. Members that are undefined are left
 * out, as Go leaves out what is empty.
 * @param {unknown} v @param {number} [depth] @returns {string} */
export function canon(v, depth = 0) {
  if (depth > maxDepth) throw bad('nested too deeply')
  switch (typeof v) {
    case 'boolean':
      return String(v)
    case 'string':
      if (!v.isWellFormed()) throw bad('a lone surrogate')
      return JSON.stringify(v)
    case 'number':
      if (!Number.isSafeInteger(v) || v < 0 || Object.is(v, -0)) throw bad('not a whole number up to 2^53-1')
      return String(v)
  }
  if (Array.isArray(v)) return `[${v.map((x) => canon(x, depth + 1)).join(',')}]`
  if (v === null || typeof v !== 'object') throw bad('no canonical form')
  const keys = Object.keys(v).filter((k) => v[k] !== undefined)
  if (keys.some((k) => !/^[\x20-\x7e]*$/.test(k))) throw bad('a key that is not printable ASCII')
  return `{${keys
    .sort()
    .map((k) => `${JSON.stringify(k)}:${canon(v[k], depth + 1)}`)
    .join(',')}}`
}

/** @param {unknown} v */
export const canonBytes = (v) => utf8(canon(v))

/** parseCanon reads bytes and refuses them unless writing them again gives the
 * same bytes. @param {Uint8Array} b @returns {any} */
export function parseCanon(b) {
  let v
  try {
    v = JSON.parse(text(b))
  } catch {
    throw bad('no JSON')
  }
  if (!equal(canonBytes(v), b)) throw bad('another form')
  return v
}

/** H of the specification: SHA-256("sealbid/1 " || domain || 0x0A || part || ...).
 * @param {string} domain @param {...Uint8Array} parts */
export function H(domain, ...parts) {
  const h = sha256.create().update(utf8(`sealbid/1 ${domain}\n`))
  for (const p of parts) h.update(p)
  return h.digest()
}

/** @param {string} domain @param {...Uint8Array} parts */
export const hexH = (domain, ...parts) => hex(H(domain, ...parts))

/** exactly refuses an object with other members than the named ones; a name
 * with ? may be absent. @param {unknown} v @param {string} names @returns {boolean} */
export function hasExactly(v, names) {
  if (v === null || typeof v !== 'object' || Array.isArray(v)) return false
  const all = names.split(' ')
  const known = new Set(all.map((n) => n.replace('?', '')))
  return Object.keys(v).every((k) => known.has(k)) && all.every((n) => n.endsWith('?') || n in v)
}

const bad = (why) => new Fault('canon.form', `Not canonical JSON: ${why}.`)
