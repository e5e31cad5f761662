// Who can open the bids of a tender, and from when (6.1 and amendment 1).
import { hex, isHash, utf8 } from './bytes.js'
import { canonBytes, H, hasExactly, parseCanon } from './canon.js'
import { Fault, want } from './fault.js'
import { parseRecipient } from './recipient.js'
import { verify } from './sign.js'
import { parseTime, place, plainText } from './text.js'

export const maxGroups = 8
export const maxOpeners = 255
const form = 'sealbid-openers/1'

/**
 * @typedef {{id: string, key: string, name: string, recipient: import('./recipient.js').Recipient}} Opener
 * @typedef {{k: number, name: string, openers: Opener[]}} Group
 */

export class Manifest {
  /** @param {Uint8Array} raw canonical bytes */
  constructor(raw) {
    let w
    try {
      w = parseCanon(raw)
    } catch {
      throw bad('This is not an opener manifest.')
    }
    want(
      hasExactly(w, 'deadline groups opens tender v') && w.v === form && Array.isArray(w.groups),
      'seal.manifest',
      'This is not an opener manifest.'
    )
    this.raw = raw
    this.hash = H('openers', raw)
    /** The hash as records and contexts carry it. */
    this.openers = hex(this.hash)
    this.deadline = parseTime(w.deadline)
    this.opens = parseTime(w.opens)
    want(this.opens >= this.deadline, 'seal.manifest', 'The opening time must be at or after the deadline.')
    want(plainText(w.tender), 'seal.manifest', 'The opener manifest names no tender.')
    this.tender = w.tender
    /** @type {Group[]} */
    this.groups = checkGroups(w.groups)
    this.kind = this.groups[0].openers[0].recipient.kind
  }

  /** @param {string} text */
  static parse(text) {
    return new Manifest(utf8(text))
  }

  /** fingerprint is the hash as people compare it. */
  get fingerprint() {
    return this.openers.slice(0, 20).replace(/(.{4})(?=.)/g, '$1 ')
  }

  /** New tenders must pass it; old ones need not. */
  requireHybrid() {
    want(this.kind === 'hybrid', 'seal.manifest_kind', 'New tenders need hybrid post-quantum opener keys.')
  }

  /** context of one envelope of a bid. @returns {import('./derive.js').Context} */
  context(bid, envelope) {
    return { bidder: bid.bidder, envelope, lot: bid.lot, openers: this.openers, seq: bid.seq, tender: this.tender }
  }

  /** seat of the opener who holds a public key: group from 0, opener from 1.
   * @param {string} key @returns {{group: number, opener: number} | null} */
  seat(key) {
    for (const [group, g] of this.groups.entries()) {
      const i = g.openers.findIndex((o) => o.key === key)
      if (i >= 0) return { group, opener: i + 1 }
    }
    return null
  }

  /** window is deadline and opening time after all extensions, in order.
   * @param {ReturnType<typeof parseExtension>[]} extensions */
  window(extensions) {
    let { deadline, opens } = this
    extensions.forEach((e, n) => {
      want(
        e.openers === this.openers && e.tender === this.tender && e.seq === n + 1,
        'seal.extend',
        'The extension belongs elsewhere or is out of order.'
      )
      want(
        e.deadline > deadline && e.opens - e.deadline >= opens - deadline,
        'seal.extend_earlier',
        'A deadline moves later only, and the upload window does not shrink.'
      )
      ;({ deadline, opens } = e)
    })
    return { deadline, opens }
  }

  /** consent is what opener i (from 1) of group j (from 0) signs. */
  consent(j, i) {
    return canonBytes({
      group: j,
      kind: 'manifest',
      opener: this.groups[j].openers[i - 1].id,
      openers: this.openers,
      tender: this.tender,
      v: 'sealbid/1'
    })
  }

  /** checkConsents refuses unless every opener has signed. keyOf gives the
   * registered device key, signatureOf the signature, of an opener's id.
   * @param {(id: string) => import('./sign.js').Key | undefined} keyOf
   * @param {(id: string) => import('./sign.js').Signature | undefined} signatureOf */
  async checkConsents(keyOf, signatureOf) {
    for (const [j, g] of this.groups.entries()) {
      for (const [n, o] of g.openers.entries()) {
        const missing = new Fault('seal.consent_missing', `Opener ${o.id} has not signed the opener manifest.`)
        const key = keyOf(o.id)
        const s = signatureOf(o.id)
        if (!key || !s) throw missing
        try {
          await verify(key, 'manifest', this.consent(j, n + 1), s)
        } catch {
          throw missing
        }
      }
    }
  }
}

const bad = (text) => new Fault('seal.manifest', text)

function checkGroups(groups) {
  want(groups.length >= 1 && groups.length <= maxGroups, 'seal.manifest', 'A manifest has 1 to 8 groups of openers.')
  const taken = new Set()
  const once = (mark) => {
    const first = !taken.has(mark)
    taken.add(mark)
    return first
  }
  let kind
  return groups.map((g) => {
    want(hasExactly(g, 'k name openers') && Array.isArray(g.openers), 'seal.manifest', 'A group of openers is malformed.')
    const n = g.openers.length
    want(
      n >= 1 && n <= maxOpeners && Number.isSafeInteger(g.k) && g.k >= 1 && g.k <= n,
      'seal.manifest',
      'A group needs k between 1 and the number of its openers.'
    )
    want(plainText(g.name) && once(`group ${g.name}`), 'seal.manifest', 'Every group of openers needs a name of its own.')
    const openers = g.openers.map((o) => {
      want(hasExactly(o, 'id key name') && place(o.id, o.name), 'seal.manifest', 'Every opener needs an id and a name.')
      const recipient = parseRecipient(o.key)
      kind ??= recipient.kind
      want(kind === recipient.kind, 'seal.manifest_mixed', 'All keys of one manifest must be of one kind.')
      const fresh = [`id ${o.id}`, `key ${o.key}`, `x25519 ${hex(recipient.point)}`].map(once).every(Boolean)
      want(fresh, 'seal.manifest_twice', "An opener's id or key appears twice in the manifest.")
      return { ...o, recipient }
    })
    return { ...g, openers }
  })
}

/** parseExtension reads the record of a later deadline. @param {string} text */
export function parseExtension(text) {
  let w
  try {
    w = parseCanon(utf8(text))
  } catch {
    w = null
  }
  const ok = hasExactly(w, 'deadline kind openers opens seq tender v') && w.v === 'sealbid/1' && w.kind === 'extend'
  const deadline = ok ? parseTime(w.deadline) : NaN
  const opens = ok ? parseTime(w.opens) : NaN
  want(
    ok && deadline <= Infinity && opens <= Infinity && isHash(w.openers) && w.seq >= 1 && plainText(w.tender),
    'seal.extend',
    'This is not an extension record.'
  )
  return { deadline, opens, openers: w.openers, seq: w.seq, tender: w.tender, raw: text }
}
