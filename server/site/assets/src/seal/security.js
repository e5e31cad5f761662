// The bid security that a notice asks for: what stands behind it, who gives it,
// how much, until when, and which document of the bid is the paper. It goes in
// with the fingerprints, and stays hidden until closing.
import { find, findAll, make } from './dom.js'
import { amountText, lineTotal, looseDecimal } from './money.js'
import { hasAnswers } from './offer.js'
import { say } from './words.js'

const one = { units: 1n, places: 0 }

/** @typedef {{kind: string, issuer: string, reference: string, amount: string, until: string, document: string}} Typed */

/** minor reads a typed amount in minor units; undefined if it is none.
 * @param {string} [s] @param {number} decimals */
function minor(s, decimals) {
  try {
    const d = looseDecimal(s ?? '')
    return d.places > decimals ? undefined : lineTotal(d, one, decimals)
  } catch {
    return undefined
  }
}

/** endOf a day, as the security's last moment. @param {string} [day] */
const endOf = (day) => (/^\d{4}-\d\d-\d\d$/.test(day ?? '') ? `${day}T23:59:59Z` : '')

/** lastDay on which a security must still be good. @param {any} notice */
export const lastDay = (notice) => new Date(Date.parse(notice.timetable.deadline) + notice.security.days * 86_400_000).toISOString().slice(0, 10)

/** securityOf is what is sent of a draft's security; undefined if none is asked
 * for. @param {any} notice @param {Partial<Typed>} typed @param {number} decimals */
export function securityOf(notice, typed, decimals) {
  if (!notice.security) return undefined
  return {
    kind: typed.kind,
    issuer: line(typed.issuer),
    reference: line(typed.reference),
    amount: { amount: amountText(minor(typed.amount, decimals), decimals), currency: notice.currency },
    until: endOf(typed.until),
    document: typed.document
  }
}

const line = (s = '') => s.normalize('NFC').trim().replace(/\s+/g, ' ')

/** wrongSecurity lists what is missing or too little, by key.
 * @param {any} notice @param {Partial<Typed>} typed @param {number} decimals @param {string[]} files */
export function wrongSecurity(notice, typed, decimals, files) {
  if (!notice.security) return []
  const wrong = ['kind', 'issuer', 'reference'].filter((f) => !line(typed[f]))
  const amount = minor(typed.amount, decimals)
  const asked = minor(notice.security.amount.amount, decimals)
  if (amount === undefined) wrong.push('amount')
  else if (amount < asked) wrong.push('amount_low')
  if (!endOf(typed.until)) wrong.push('until')
  else if (typed.until < lastDay(notice)) wrong.push('until_early')
  if (!files.includes(typed.document)) wrong.push('document')
  return wrong
}

/** Security is that part of the wizard. */
export class Security {
  /** @param {import('./wizard.js').Wizard} wizard */
  constructor(wizard) {
    this.wizard = wizard
  }

  wire() {}

  /** files that can be the paper: it is opened first. */
  files() {
    return this.wizard.draft.files.filter((f) => hasAnswers(f.envelope)).map((f) => f.name)
  }

  paint() {
    const { draft, root } = this.wizard
    for (const choice of findAll(root, 'security="document"'))
      choice.replaceChildren(make('option', say('wizard.no_file'), { value: '' }), ...this.files().map((n) => make('option', n, { value: n })))
    for (const e of findAll(root, 'security')) if (e !== document.activeElement || e.tagName === 'SELECT') e.value = draft.security[e.dataset.security] ?? ''
    const until = find(root, 'security="until"')
    if (until && this.wizard.notice.security) until.min = lastDay(this.wizard.notice)
  }

  wrong() {
    const { draft, notice, decimals } = this.wizard
    return wrongSecurity(notice, draft.security, decimals, this.files())
  }

  missing() {
    const { notice, root } = this.wizard
    const wrong = this.wrong()
    for (const e of findAll(root, 'security')) {
      const low = wrong.some((w) => w.startsWith(`${e.dataset.security}_`)) || (e.dataset.security === 'amount' && e.value.trim() !== '' && wrong.includes('amount'))
      e.toggleAttribute('aria-invalid', low)
    }
    const { amount, currency } = notice.security?.amount ?? {}
    return wrong.map((key) => say(`wizard.missing.security.${key}`, { amount, currency, day: notice.security ? lastDay(notice) : '' }))
  }
}
