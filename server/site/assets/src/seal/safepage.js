// The receipt page's script: "is my bid safe?", checked by this browser.
import { call } from './api.js'
import { utf8 } from './bytes.js'
import { parseCanon } from './canon.js'
import { fill, find, findAll, make, save, stamp } from './dom.js'
import { Fault } from './fault.js'
import { checkClosing, checkStored, checkSubmitted } from './safe.js'
import { keepReceipt, receiptsOf, stateId } from './submission.js'
import { Log } from './trust.js'
import { say, sayError, timeText } from './words.js'

/** Checks, in order; each has a line on the page. */
class Checks {
  constructor(root) {
    this.list = find(root, 'checks')
    this.list.replaceChildren()
    this.good = true
  }

  /** line shows what was checked and how it came out: good, bad or open. */
  line(state, text) {
    const row = stamp('check-row')
    row.dataset.state = state
    find(row, 'check-state').classList.add({ good: 'govuk-tag--green', bad: 'govuk-tag--red', open: 'govuk-tag--grey' }[state])
    fill(row, 'check-state', say(`safe.${state}`))
    fill(row, 'check-text', text)
    this.list.append(row)
    if (state === 'bad') this.good = false
  }

  async run(key, work) {
    try {
      const out = await work()
      this.line('good', say(`safe.${key}`, { time: out?.at ? timeText(out.at) : '', index: out?.index ?? '' }))
      return out
    } catch (err) {
      if (err instanceof Fault && err.code === 'closing.not_yet') this.line('open', say('safe.not_yet'))
      else this.line('bad', sayError(err))
      return null
    }
  }
}

/** receipts of one's own bid: those kept here, else those of the server. */
async function gather(d) {
  const [kept] = await receiptsOf(d.org, d.tender, d.lot)
  const got = { ...(kept?.seq === Number(d.seq) ? kept.receipts : {}) }
  for (const [name, fact] of [
    ['submitted', d.fact],
    ['stored', d.complete]
  ]) {
    if (!got[name] && fact) got[name] = (await call(`/api/v1/desk/receipts?fact=${encodeURIComponent(fact)}`)).receipt
  }
  const record = kept?.seq === Number(d.seq) ? kept.record : d.record
  return { record, receipts: got, kept: !!kept }
}

async function check(root) {
  const d = root.dataset
  const log = new Log()
  const checks = new Checks(root)
  const mine = { id: stateId(d.org, d.tender, d.lot), org: d.org, tender: d.tender, lot: d.lot, seq: Number(d.seq), record: d.record }
  const { record: raw, receipts, kept } = await gather(d)
  const record = parseCanon(utf8(raw))
  if (!kept) checks.line('open', say('safe.elsewhere'))
  const submitted = await checks.run('submitted', () => checkSubmitted(receipts.submitted, record, log))
  if (submitted) await keepReceipt(mine, 'submitted', receipts.submitted)
  const stored = receipts.stored ? await checks.run('stored', () => checkStored(receipts.stored, record, log)) : null
  if (stored) await keepReceipt(mine, 'stored', receipts.stored)
  const live = ['registered', 'stored'].includes(d.state)
  if (!receipts.stored && live) checks.line('bad', say('safe.not_stored'))
  if (submitted && live) {
    const c = await checks.run('closed', async () => {
      const out = await checkClosing(record, submitted.index, !!stored, log)
      return { ...out, at: out.closed.at }
    })
    if (c?.window) checks.line('good', say('safe.window', { time: timeText(c.window.at) }))
  }
  root.dataset.verdict = checks.good ? 'safe' : 'unsafe'
  for (const e of findAll(root, 'verdict-is')) e.hidden = e.dataset.verdictIs !== root.dataset.verdict
  find(root, 'receipt-save')?.addEventListener('click', () =>
    save(`receipt-${d.tender}-${d.lot}-${d.seq}.txt`, receipts.submitted, 'text/plain')
  )
}

/** wireSafe checks the bid that a page is about. */
export function wireSafe() {
  const root = document.querySelector('[data-safe]')
  if (!root) return
  check(root).catch((err) => {
    root.dataset.verdict = 'unknown'
    const line = find(root, 'checks')
    line?.append(make('li', sayError(err)))
  })
}
