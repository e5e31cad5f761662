// What may stand in names, as the server's package seal rules it.

/** Two joiners stay: Persian and Indic words need them. */
const unsafe = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200c\u200d]|\ufffd/u

/** plainText reports whether s is something a person can read back: 1 to limit
 * characters, NFC, no control or invisible formatting characters.
 * @param {unknown} s @param {number} [limit] */
export const plainText = (s, limit = 200) =>
  typeof s === 'string' && s !== '' && s.isWellFormed() && [...s].length <= limit && s.normalize('NFC') === s && !unsafe.test(s)

/** @param {...unknown} names */
export const place = (...names) => names.every((s) => plainText(s))

const maxFileName = 200
const devices = /^(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])$/

/** Go's TrimSpace and this one differ in U+FEFF and U+0085, which no plain text has. */
const trimmed = (s) => s.trim() === s

/** fileName reports whether a name can be used inside an envelope.
 * @param {unknown} name */
export function fileName(name) {
  if (!plainText(name, maxFileName) || new TextEncoder().encode(name).length > maxFileName) return false
  if (/[/\\:*?"<>|]/.test(name) || !trimmed(name) || name.startsWith('.') || name.endsWith('.')) return false
  return !devices.test(simple(name.split('.')[0], 'toUpperCase').trim())
}

/** simple maps case code point by code point, without the special cases that
 * make one letter two. */
function simple(s, how) {
  return Array.from(s, (c) => {
    const mapped = c[how]()
    return [...mapped].length === 1 ? mapped : c === '\u0130' ? 'i' : c
  }).join('')
}

/** foldName makes names equal that a file system or a person takes for one.
 * @param {string} name */
export const foldName = (name) =>
  simple(simple(name.replaceAll('\u200c', '').replaceAll('\u200d', ''), 'toUpperCase'), 'toLowerCase').normalize('NFKC')

/** tidyName makes a usable name of one that a file has on somebody's disk; ''
 * if nothing usable is left. @param {string} name */
export function tidyName(name) {
  let s = name
    .normalize('NFC')
    .replace(new RegExp(unsafe, 'gu'), '')
    .replace(/[/\\:*?"<>|]/g, '-')
    .replace(/^[.\s]+|[.\s]+$/g, '')
  while (new TextEncoder().encode(s).length > maxFileName) {
    const dot = s.lastIndexOf('.')
    s = dot > 1 && s.length - dot <= 10 ? s.slice(0, dot - 1) + s.slice(dot) : s.slice(0, -1)
  }
  return fileName(s) ? s : ''
}

/** mediaType accepts type/subtype in lower case without parameters.
 * @param {unknown} s */
export const mediaType = (s) => typeof s === 'string' && s.length <= 100 && /^[a-z0-9!#$%&'*+.^_`|~-]+\/[a-z0-9!#$%&'*+.^_`|~-]+$/.test(s)

/** parseTime reads RFC 3339 in UTC with whole seconds, in its one form.
 * @param {unknown} s @returns {number} milliseconds, NaN if it is no time */
export function parseTime(s) {
  if (typeof s !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(s) || s < '0001') return NaN
  const at = Date.parse(s)
  return !Number.isNaN(at) && formatTime(at) === s ? at : NaN
}

/** @param {number} at */
export const formatTime = (at) => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')
