// Who bids together: the organisation itself leads, members and subcontractors
// are named beside it. They go in with the fingerprints, and stay hidden until
// closing. The rules are those of the server's package party.
import { call } from './api.js'
import { fill, find, findAll, make, show, stamp } from './dom.js'
import { looseDecimal } from './money.js'
import { language, say } from './words.js'

const whole = 10_000
export const maxPartners = 99

/** @typedef {{organisation: string, name: string, role: 'member' | 'subcontractor', share: string}} Partner */

/** hundredths reads a share in percent as hundredths of a percent: 0 if it is
 * not said, NaN if it is none. @param {string} [s] */
export function hundredths(s = '') {
  if (!s.trim()) return 0
  try {
    const { units, places } = looseDecimal(s.replace(/[%％]\s*$/, ''))
    const n = places > 2 ? NaN : Number(units) * 10 ** (2 - places)
    return n >= 1 && n <= whole ? n : NaN
  } catch {
    return NaN
  }
}

/** partiesOf is what is sent of a draft's partners; undefined for a bidder
 * alone. @param {string} org @param {{partners: Partner[], share: string}} draft */
export function partiesOf(org, { partners, share }) {
  if (!partners.length) return undefined
  const said = (s) => (hundredths(s) ? { share: hundredths(s) } : {})
  return [
    { organisation: org, role: 'lead', ...said(share) },
    ...partners.map((p) => ({ organisation: p.organisation, role: p.role, ...said(p.share) }))
  ]
}

/** wrongParties lists what is missing or wrong, as [key, values].
 * @param {string} org @param {{partners: Partner[], share: string}} draft @returns {[string, object][]} */
export function wrongParties(org, { partners, share }) {
  if (!partners.length) return []
  const wrong = []
  const seen = new Set([org])
  for (const [i, p] of partners.entries()) {
    if (!p.organisation) wrong.push(['party', { number: i + 1 }])
    else if (seen.has(p.organisation)) wrong.push(['party_twice', { name: p.name }])
    seen.add(p.organisation)
  }
  const shares = [share, ...partners.map((p) => p.share)].map(hundredths)
  if (shares.some(Number.isNaN)) return [...wrong, ['share', {}]]
  const total = shares.reduce((a, b) => a + b, 0)
  const together = shares.filter((_, i) => i === 0 || partners[i - 1].role === 'member')
  if (total > whole) wrong.push(['share_over', {}])
  else if (together.every(Boolean) && together.length === shares.length && total !== whole) wrong.push(['share_under', {}])
  return wrong
}

/** Parties is that part of the wizard. */
export class Parties {
  /** @param {import('./wizard.js').Wizard} wizard */
  constructor(wizard) {
    this.wizard = wizard
    this.known = new Map()
    this.number = 0
  }

  wire() {
    const { root } = this.wizard
    find(root, 'party-add')?.addEventListener('click', () => {
      const { partners } = this.wizard.draft
      if (partners.length >= maxPartners) return
      partners.push({ organisation: '', name: '', role: 'member', share: '' })
      this.paint()
      findAll(root, 'party-find').at(-1)?.focus()
      this.wizard.changed()
    })
  }

  paint() {
    const { draft, root } = this.wizard
    const list = find(root, 'party-list')
    if (!list) return
    list.replaceChildren(...draft.partners.map((p, i) => this.row(p, i)))
    show(root, 'party-some', draft.partners.length > 0)
    const lead = find(root, 'party-lead-share')
    if (lead && lead !== document.activeElement) lead.value = draft.share
  }

  /** row is one partner, with its own labels. */
  row(p, i) {
    const row = stamp('party-row')
    const n = ++this.number
    for (const e of row.querySelectorAll('[id]')) e.id = `${e.id}-${n}`
    for (const e of row.querySelectorAll('[for]')) e.htmlFor = `${e.htmlFor}-${n}`
    for (const e of row.querySelectorAll('[aria-describedby]')) e.setAttribute('aria-describedby', `${e.getAttribute('aria-describedby')}-${n}`)
    fill(row, 'party-number', say('wizard.partner', { number: i + 1 }))
    const [name, role, share] = ['party-find', 'party-role', 'party-share'].map((hook) => find(row, hook))
    const options = find(row, 'party-options')
    name.setAttribute('list', options.id)
    ;[name.value, role.value, share.value] = [p.name, p.role, p.share]
    this.tell(row, p)
    name.addEventListener('input', () => this.search(row, p))
    role.addEventListener('change', () => this.set(p, 'role', role.value))
    share.addEventListener('input', () => this.set(p, 'share', share.value))
    const remove = find(row, 'party-remove')
    remove.append(make('span', ` ${i + 1}`, { class: 'govuk-visually-hidden' }))
    remove.addEventListener('click', () => {
      this.wizard.draft.partners = this.wizard.draft.partners.filter((x) => x !== p)
      this.paint()
      find(this.wizard.root, 'party-add')?.focus()
      this.wizard.changed()
    })
    return row
  }

  set(p, member, value) {
    p[member] = value
    this.wizard.changed()
  }

  tell(row, p) {
    const unknown = !p.organisation && p.name.trim().length > 1
    fill(row, 'party-found', p.organisation ? say('wizard.partner.found', { id: p.organisation }) : unknown ? say('wizard.partner.unknown') : '')
    find(row, 'party-find').toggleAttribute('aria-invalid', unknown)
  }

  /** search offers the suppliers of the platform that the typed words fit. */
  search(row, p) {
    p.name = find(row, 'party-find').value
    this.take(row, p)
    clearTimeout(this.timer)
    const words = p.name.trim()
    if (p.organisation || words.length < 2) return
    this.timer = setTimeout(async () => {
      const found = await call(`/api/v1/organisations?kind=supplier&limit=20&q=${encodeURIComponent(words)}`).catch(() => ({ items: [] }))
      const others = found.items.filter((o) => o.id !== this.wizard.place.org)
      for (const o of others) this.known.set(label(o), o.id)
      find(row, 'party-options').replaceChildren(...others.map((o) => make('option', undefined, { value: label(o) })))
      this.take(row, p)
    }, 250)
  }

  /** take settles on an organisation whose name stands there in full. */
  take(row, p) {
    const id = this.known.get(p.name.trim()) ?? ''
    if (id !== p.organisation || !id) {
      p.organisation = id
      this.wizard.changed()
    }
    this.tell(row, p)
  }

  missing() {
    return wrongParties(this.wizard.place.org, this.wizard.draft).map(([key, values]) => say(`wizard.missing.${key}`, values))
  }
}

/** label names an organisation and what it is registered as. */
function label(o) {
  const name = o.name[language()] ?? o.name[language().split('-')[0]] ?? o.name['zh-CN'] ?? o.name.en ?? Object.values(o.name)[0] ?? ''
  const { scheme, id } = o.claims?.[0]?.identifier ?? {}
  return scheme ? `${name} (${scheme} ${id})` : `${name} (${o.id})`
}
