// What was in time, without telling how much (amendment 4): the two closing
// lists of a tender, their heads in the log, and a bidder's proof of its entry.
import { hex, isHash, isHex, unhex, utf8 } from './bytes.js'
import { canon, canonBytes, H, hasExactly, hexH } from './canon.js'
import { Fault, want } from './fault.js'
import { checkEnvelopes, read } from './records.js'
import { place, plainText } from './text.js'

const version = 'sealbid/1'
const coverLeaves = 1024
const maxDepth = 40

/**
 * @typedef {{bidder: string, envelopes: import('./records.js').EnvelopeRef[], leaf: number, lot: string, seq: number, state: string}} Entry
 * @typedef {{entries: Entry[], kind: string, previous: string, salt: string, tender: string, v: string}} Closing
 * @typedef {{kind: string, previous: string, root: string, tender: string, v: string}} Head
 */

const over = ['replaced', 'withdrawn', 'superseded']
const states = { closed: ['live', ...over], 'window-closed': ['stored', 'lapsed', ...over] }
const linked = (kind, previous) =>
  kind === 'window-closed' ? isHash(previous) : kind === 'closed' && (previous === '' || isHash(previous))

/** @param {Uint8Array} b @returns {Closing} */
export function parseClosing(b) {
  const c = read(b, 'entries kind previous salt tender v', 'seal.closing_form')
  const bad = new Fault('seal.closing_form', 'This is not a closing list.')
  if (c.v !== version || !isHash(c.salt) || !plainText(c.tender) || !linked(c.kind, c.previous) || !Array.isArray(c.entries)) throw bad
  const last = new Map()
  let leaf = -1
  for (const e of c.entries) {
    if (!isEntry(e) || !states[c.kind].includes(e.state) || e.leaf <= leaf) throw bad
    leaf = e.leaf
    const who = canon([e.lot, e.bidder])
    const before = last.get(who)
    want(
      !before || (before.seq < e.seq && over.includes(before.state)),
      'seal.closing_live',
      'A bidder has more than one live bid for a lot.'
    )
    last.set(who, e)
  }
  if ([...last.values()].some((e) => e.state === 'replaced')) throw bad // by what?
  return c
}

const isEntry = (e) =>
  hasExactly(e, 'bidder envelopes leaf lot seq state') &&
  place(e.bidder, e.lot) &&
  checkEnvelopes(e.envelopes) &&
  Number.isSafeInteger(e.seq) &&
  e.seq >= 1 &&
  Number.isSafeInteger(e.leaf) &&
  e.leaf >= 0

const number = (i) => {
  const b = new Uint8Array(4)
  new DataView(b.buffer).setUint32(0, i)
  return b
}
const entryLeaf = (salt, e) => H('close-entry', salt, canonBytes(e))
const node = (left, right) => H('close-node', left, right)

const compare = (a, b) => {
  for (let i = 0; i < 32; i++) if (a[i] !== b[i]) return a[i] - b[i]
  return 0
}

/** headOf a closing list: what the log records of it. @param {Closing} c @returns {Head} */
export function headOf(c) {
  const salt = utf8(c.salt) // in the hashes it stands as its text
  let size = coverLeaves
  while (size < c.entries.length) size *= 2
  let level = Array.from({ length: size }, (_, i) => {
    if (i >= c.entries.length) return H('close-cover', salt, number(i))
    return entryLeaf(H('close-salt', salt, number(i)).subarray(0, 16), c.entries[i])
  }).sort(compare)
  while (level.length > 1) level = Array.from({ length: level.length / 2 }, (_, i) => node(level[2 * i], level[2 * i + 1]))
  return { kind: c.kind, previous: c.previous, root: hex(level[0]), tender: c.tender, v: version }
}

/** headHash is what the next closing head and batches refer to. @param {Head} h */
export const headHash = (h) => hexH('close', canonBytes(h))

/** checkWindow refuses a window-closed list that is not the closed one with
 * every live bid turned into stored or lapsed. @param {Closing} closed @param {Closing} window */
export function checkWindow(closed, window) {
  const bad = new Fault('seal.closing_chain', 'The two closing lists do not belong together.')
  const paired = closed.kind === 'closed' && window.kind === 'window-closed' && closed.tender === window.tender
  if (!paired || window.previous !== headHash(headOf(closed)) || closed.entries.length !== window.entries.length) throw bad
  closed.entries.forEach((before, i) => {
    const after = window.entries[i]
    const live = before.state === 'live' && (after.state === 'stored' || after.state === 'lapsed')
    if ((!live && before.state !== after.state) || canon({ ...after, state: '' }) !== canon({ ...before, state: '' })) throw bad
  })
}

/** verifyEntry refuses a proof unless its entry is under the head.
 * @param {{entry: Entry, index: number, path: string[], salt: string, v: string}} p @param {Head} h */
export function verifyEntry(p, h) {
  const bad = new Fault('seal.closing_proof', 'The entry is not in the closing record.')
  const shaped =
    hasExactly(p, 'entry index path salt v') &&
    p.v === version &&
    isHex(p.salt, 16) &&
    Number.isSafeInteger(p.index) &&
    p.index >= 0 &&
    Array.isArray(p.path) &&
    p.path.length <= maxDepth &&
    p.path.every(isHash) &&
    isEntry(p.entry)
  if (!shaped) throw bad
  let hash = entryLeaf(unhex(p.salt), p.entry)
  let index = p.index
  for (const s of p.path) {
    hash = index % 2 === 0 ? node(hash, unhex(s)) : node(unhex(s), hash)
    index = Math.floor(index / 2)
  }
  if (index !== 0 || hex(hash) !== h.root) throw bad
}
