// The one verdict over an envelope (amendment 2): the same for everybody who
// has the same proof and the same bytes. Nothing is taken from the header to
// verify the header.
import { Reader, openWith } from './age.js'
import { equal, isHash, unhex } from './bytes.js'
import { canon, hasExactly } from './canon.js'
import { readContainer } from './container.js'
import { commitment, contextHash, payloadIdentity } from './derive.js'
import { coded, Fault, want } from './fault.js'
import { fingerprintOf, fits, headerBytes, parseHeader, PartHasher, sealHeader } from './header.js'
import { maxGroups, maxOpeners } from './manifest.js'
import { outcome } from './outcome.js'
import { read } from './records.js'
import { join } from './shamir.js'

/**
 * A case is one envelope of one bid, as somebody who decides about it has it:
 * all is their own or from the log, except header, which is what is judged.
 * @typedef {{manifest: import('./manifest.js').Manifest, bid: import('./records.js').Bid, envelope: string, header: Uint8Array | null}} Case
 */

/** printOf is the fingerprint in the bid record; '' if it has no such envelope.
 * @param {Case} c */
export const printOf = (c) => c.bid.envelopes.find((e) => e.name === c.envelope)?.f ?? ''

/** device is the first stage: what is checked before anything is released or
 * accepted. cause is '' if the header may be used.
 * @param {Case} c @returns {{header?: import('./header.js').Header, cause: string}} */
export function device(c) {
  const f = printOf(c)
  if (!f || c.bid.openers !== c.manifest.openers || c.bid.tender !== c.manifest.tender) return { cause: 'seal.openers' }
  if (!c.header?.length) return { cause: 'seal.header_missing' }
  if (fingerprintOf(c.header) !== f) return { cause: 'seal.header_altered' }
  let header
  try {
    header = parseHeader(c.header)
  } catch (err) {
    if (err instanceof Fault) return { cause: err.code }
    throw err
  }
  if (canon(header.context) !== canon(c.manifest.context(c.bid, c.envelope))) return { cause: 'seal.context' }
  if (!fits(header, c.manifest)) return { cause: 'seal.header_seats' }
  return { header, cause: '' }
}

/** reseals writes the header again from a seed and compares: the whole rule.
 * @param {Case} c @param {import('./header.js').Header} h @param {Uint8Array} seed */
export const reseals = (c, h, seed) => equal(headerBytes(sealHeader(c.manifest, h.context, seed, h.payload)), c.header)

/** parseProof reads a proof strictly: a seed, or shares.
 * @param {Uint8Array} b @returns {{f: string, seed?: string, shares?: {group: number, opener: number, s: string}[]}} */
export function parseProof(b) {
  const p = read(b, 'f kind seed? shares? v', 'seal.proof_form')
  const ok = p.kind === 'proof' && p.v === 'sealbid/1' && isHash(p.f) && (p.seed === undefined) !== (p.shares === undefined)
  want(ok && (p.seed === undefined || isHash(p.seed)), 'seal.proof_form', 'This is not the proof of an opening.')
  if (!p.shares) return p
  want(Array.isArray(p.shares) && p.shares.length > 0, 'seal.proof_form')
  let before = -1
  for (const s of p.shares) {
    const seat =
      hasExactly(s, 'group opener s') && isHash(s.s) && s.group >= 0 && s.group < maxGroups && s.opener >= 1 && s.opener <= maxOpeners
    want(seat && Number.isSafeInteger(s.group) && Number.isSafeInteger(s.opener) && s.group * 256 + s.opener > before, 'seal.proof_form')
    before = s.group * 256 + s.opener
  }
  return p
}

/**
 * judge decides. payload is a stream of the sealed bytes, or null if they are
 * missing; it is read once. What it throws says nothing about the bid.
 * @param {Case} c @param {ReturnType<typeof parseProof>} proof @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null} payload
 * @param {Parameters<typeof readContainer>[1]} [sink]
 * @returns {Promise<{state: string, cause: string, blame: string, files?: import('./container.js').File[], seed?: Uint8Array}>}
 */
export async function judge(c, proof, payload, sink) {
  const { header, cause } = device(c)
  if (!header) return outcome(cause)
  const proved = prove(c, header, proof)
  if (proved.cause) return outcome(proved.cause)
  if (!payload) return { ...outcome('seal.payload_missing'), seed: proved.seed }
  const got = await openPayload(payload, header.payload, await payloadIdentity(proved.seed, header.context), sink)
  return { ...outcome(got.cause), seed: proved.seed, files: got.cause ? undefined : got.files }
}

/** prove: a seed proves success only; that a bid is void is proved by shares. */
function prove(c, header, proof) {
  want(proof.f === printOf(c), 'seal.proof', 'The proof is for another envelope.')
  if (proof.seed) {
    const seed = unhex(proof.seed)
    return reseals(c, header, seed) ? { seed, cause: '' } : { cause: 'seal.seed_unproven' }
  }
  const seed = join(points(c.manifest, header, proof.shares))
  return reseals(c, header, seed) ? { seed, cause: '' } : { cause: 'seal.reseal' }
}

/** points holds the shares to the header's commitments: exactly k for each
 * group, no opener twice. */
function points(m, h, shares) {
  const ctx = contextHash(h.context)
  const out = m.groups.map(() => [])
  for (const s of shares) {
    const there = h.groups[s.group]?.[s.opener - 1]
    const share = unhex(s.s)
    const good = there && equal(commitment(ctx, s.group, s.opener, share), there.c) && !out[s.group].some((q) => q.x === s.opener)
    want(good, 'seal.proof', 'A share of the proof does not match its commitment.')
    out[s.group].push({ x: s.opener, share })
  }
  want(
    out.every((g, j) => g.length === m.groups[j].k),
    'seal.proof',
    'The proof does not hold k shares for each group.'
  )
  return out
}

/** openPayload reads the whole payload once: hashes it, decrypts it, checks the
 * container. The hash is decided on first, since wrong bytes are the
 * operator's and a wrong container is the bidder's.
 * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} source @param {import('./header.js').Payload} want_
 * @param {import('./identity.js').Identity} id @param {Parameters<typeof readContainer>[1]} [sink] */
export async function openPayload(source, want_, id, sink) {
  const parts = new PartHasher(want_.part)
  let broken
  async function* watched() {
    try {
      for await (const b of source) {
        parts.write(b)
        yield b
        if (parts.size > want_.size) return // too long already
      }
    } catch (err) {
      broken = err // the line, not the bid
      throw err
    }
  }
  const bytes = watched()
  const r = new Reader(bytes)
  let files
  let cause = ''
  try {
    files = await readContainer(openWith(r, id), sink)
  } catch (err) {
    if (broken) throw broken
    if (coded(err, 'age.closed')) cause = 'seal.payload_age'
    else if (coded(err, 'seal.container')) cause = 'seal.container'
    else throw err // the sink failed
  }
  while ((await r.read(1 << 20)).length);
  const got = await parts.payload()
  return canon(got) === canon(want_) ? { files, cause } : { cause: 'seal.payload_altered' }
}
