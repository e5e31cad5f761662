// Bytes and their spellings. Every reader here refuses what its writer would
// not have written.
import { Fault } from './fault.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @param {string} s */
export const utf8 = (s) => encoder.encode(s)

/** @param {Uint8Array} b */
export function text(b) {
  try {
    return decoder.decode(b)
  } catch {
    throw new Fault('bytes.utf8', 'These bytes are not UTF-8.')
  }
}

/** @param {...Uint8Array} parts */
export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) {
    out.set(p, at)
    at += p.length
  }
  return out
}

/** equal compares in time that does not depend on the content.
 * @param {Uint8Array} a @param {Uint8Array} b */
export function equal(a, b) {
  if (a.length !== b.length) return false
  let diff = 0
  for (let i = 0; i < a.length; i++) diff |= a[i] ^ b[i]
  return diff === 0
}

/** @param {Uint8Array} b */
export const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')

/** @param {unknown} s @param {number} size */
export const isHex = (s, size) => typeof s === 'string' && s.length === 2 * size && /^[0-9a-f]*$/.test(s)

/** @param {unknown} s */
export const isHash = (s) => isHex(s, 32)

/** @param {string} s */
export function unhex(s) {
  if (!isHex(s, s.length / 2)) throw new Fault('bytes.hex', 'These are not lower-case hex digits.')
  return Uint8Array.from({ length: s.length / 2 }, (_, i) => parseInt(s.slice(2 * i, 2 * i + 2), 16))
}

/** @param {Uint8Array} b */
export function base64(b) {
  let s = ''
  for (let i = 0; i < b.length; i += 0x8000) s += String.fromCharCode(...b.subarray(i, i + 0x8000))
  return btoa(s)
}

/** @param {string} s */
export function unbase64(s) {
  let raw
  try {
    raw = atob(s)
  } catch {
    throw new Fault('bytes.base64', 'This is not base64.')
  }
  const out = new Uint8Array(raw.length)
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i)
  if (base64(out) !== s) throw new Fault('bytes.base64', 'This is not base64 in its one form.')
  return out
}

/** base64 without padding, as age writes it. @param {Uint8Array} b */
export const base64raw = (b) => base64(b).replace(/=+$/, '')

/** @param {string} s */
export const unbase64raw = (s) => {
  if (s.includes('=')) throw new Fault('bytes.base64', 'This base64 has padding.')
  return unbase64(s + '='.repeat((4 - (s.length % 4)) % 4))
}

/** base64url without padding, as WebAuthn writes it. @param {Uint8Array} b */
export const base64url = (b) => base64raw(b).replaceAll('+', '-').replaceAll('/', '_')

/** @param {number} size */
export const random = (size) => crypto.getRandomValues(new Uint8Array(size))
