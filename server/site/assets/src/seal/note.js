// Signed notes (c2sp.org/signed-note) and checkpoints (c2sp.org/tlog-checkpoint)
// as the server's package documents/ledger reads them.
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, equal, unbase64, utf8 } from './bytes.js'
import { Fault, want } from './fault.js'
import { ed25519Verify } from './native.js'

const maxNote = 32 << 10
const algLog = 1
const algWitness = 4

/** @typedef {{name: string, hash: number, key: Uint8Array, witness: boolean}} Verifier */

/** parseVerifier reads NAME+HASH+KEY. @param {string} vkey @param {boolean} [witness] @returns {Verifier} */
export function parseVerifier(vkey, witness = false) {
  const bad = new Fault('log.key', `${String(vkey).slice(0, 120)} is not the key of a log.`)
  const [name, hash, ...rest] = typeof vkey === 'string' ? vkey.split('+') : []
  let key
  try {
    key = unbase64(rest.join('+'))
  } catch {
    throw bad
  }
  const right = key.length === 33 && key[0] === (witness ? algWitness : algLog) && /^[0-9a-f]{8}$/.test(hash) && validName(name)
  if (!right || hashOf(name, key) !== parseInt(hash, 16)) throw bad
  return { name, hash: parseInt(hash, 16), key: key.subarray(1), witness }
}

const validName = (s) => s !== '' && s.length <= 200 && !/[+\s\u0085]/.test(s)
const word = (b) => new DataView(b.buffer, b.byteOffset).getUint32(0)
const hashOf = (name, key) => word(sha256(concat(utf8(`${name}\n`), key)))

/** split takes a note into its text and signature lines. */
function split(signed) {
  const bad = new Fault('log.note', 'This is not a signed note.')
  const at = signed.lastIndexOf('\n\n')
  if (at < 0 || signed.length > maxNote || !signed.endsWith('\n')) throw bad
  const lines = signed.slice(at + 2, -1).split('\n')
  if (lines.length > 100) throw bad
  return {
    body: signed.slice(0, at + 1),
    sigs: lines.map((line) => {
      const m = /^\u2014 (\S+) (\S+)$/.exec(line)
      if (!m) throw bad
      const raw = unbase64(m[2])
      if (raw.length < 5) throw bad
      return { name: m[1], hash: word(raw), sig: raw.subarray(4) }
    })
  }
}

/** cosignatureTime in a witness's signature, in seconds. */
const cosignatureTime = (sig) => Number(new DataView(sig.buffer, sig.byteOffset).getBigUint64(0))

async function signed(v, s, body) {
  if (!v.witness) return ed25519Verify(v.key, s.sig, utf8(body))
  return s.sig.length === 72 && ed25519Verify(v.key, s.sig.subarray(8), utf8(`cosignature/v1\ntime ${cosignatureTime(s.sig)}\n${body}`))
}

/**
 * openNote returns a note's text and who of the verifiers signed it. A wrong
 * signature by a key that we know spoils the whole note.
 * @param {string} note @param {Verifier[]} verifiers
 * @returns {Promise<{body: string, by: Map<Verifier, Uint8Array>}>}
 */
export async function openNote(note, verifiers) {
  const { body, sigs } = split(note)
  const by = new Map()
  for (const s of sigs) {
    const v = verifiers.find((x) => x.name === s.name && x.hash === s.hash)
    if (!v || by.has(v)) continue
    want(await signed(v, s, body), 'log.note', `The signature of ${v.name} is wrong.`)
    by.set(v, s.sig)
  }
  want(by.size > 0, 'log.note', 'Nobody that we know has signed.')
  return { body, by }
}

/** @typedef {{origin: string, size: number, root: Uint8Array}} Checkpoint */

/** parseCheckpoint reads a note's text. @param {string} body @returns {Checkpoint} */
export function parseCheckpoint(body) {
  const bad = new Fault('log.checkpoint', 'This is not a checkpoint.')
  const lines = body.split('\n')
  if (lines.length !== 4 || lines[3] !== '' || lines[0] === '' || !/^(0|[1-9][0-9]{0,15})$/.test(lines[1])) throw bad
  const size = Number(lines[1])
  let root
  try {
    root = unbase64(lines[2])
  } catch {
    throw bad
  }
  if (!Number.isSafeInteger(size) || root.length !== 32) throw bad
  return { origin: lines[0], size, root }
}

/** peek reads a checkpoint that was believed before. @param {string} note */
export const peek = (note) => parseCheckpoint(split(note).body)

/** @param {Checkpoint} a @param {Checkpoint} b */
export const sameCheckpoint = (a, b) => a.origin === b.origin && a.size === b.size && equal(a.root, b.root)

/**
 * A policy says whom a reader believes: one of the log's keys, and so many of
 * the witnesses.
 * @typedef {{origin: string, log: Verifier[], witnesses: Verifier[], quorum: number}} Policy
 */

/** openCheckpoint returns the checkpoint in a note if the policy believes it,
 * and when each witness saw it, in milliseconds.
 * @param {string} note @param {Policy} p @returns {Promise<Checkpoint & {seen: number[]}>} */
export async function openCheckpoint(note, p) {
  const { body, by } = await openNote(note, [...p.log, ...p.witnesses])
  const c = parseCheckpoint(body)
  want(c.origin === p.origin, 'log.note', 'This is a checkpoint of another log.')
  want(
    p.log.some((v) => by.has(v)),
    'log.note',
    'No key of the log has signed.'
  )
  const seen = p.witnesses.filter((v) => by.has(v)).map((v) => cosignatureTime(by.get(v)) * 1000)
  want(seen.length >= p.quorum, 'log.note', 'Not enough witnesses have signed.')
  return { ...c, seen }
}

const handoverHeader = 'probity-log-key/1'

/** openHandover returns the key that the holder of an old one has named.
 * @param {string} origin @param {Verifier} old @param {string} note */
export async function openHandover(origin, old, note) {
  const { body } = await openNote(note, [old])
  const lines = body.split('\n')
  want(lines.length === 4 && lines[0] === handoverHeader && lines[1] === origin, 'log.note', 'This is not a handover of the log.')
  want(parseVerifier(lines[2]).name === origin, 'log.key', 'The new key is of another log.')
  return lines[2]
}
