// Receipts of a bidder's other acts, and receipts out of files: each is held to
// the log that this browser believes, and to what the bidder itself has done.
import { call } from './api.js'
import { text } from './bytes.js'
import { canonBytes } from './canon.js'
import { busy, fill, find, findAll, make, save, show } from './dom.js'
import { Fault, want } from './fault.js'
import { is } from './ledger.js'
import { parseRefusal, withdrawRecord } from './records.js'
import { Log } from './trust.js'
import { say, sayError, timeText } from './words.js'

const differs = (fact) => want(fact, 'receipt.changed', 'The record in the log is not the one that was signed.')

/** checkWithdrawn holds a receipt to the withdrawal that the bidder signed.
 * @param {string} raw @param {{org: string, tender: string, lot: string, seq: number}} mine @param {Log} log */
export async function checkWithdrawn(raw, { org, tender, lot, seq }, log) {
  const r = await log.receipt(raw)
  want(r.fact.name !== 'bid.late', 'bid.late', 'The record reached the log behind the closing entry.')
  is(r.fact, 'bid.withdraw', tender)
  differs(text(canonBytes(r.fact.data.withdrawal?.record)) === text(withdrawRecord({ bidder: org, lot, seq, tender })))
  return { index: r.index, at: r.fact.at }
}

/** checkRefused holds a receipt to what was refused, and why.
 * @param {string} raw @param {{org: string, tender: string, hash: string, code: string}} mine @param {Log} log */
export async function checkRefused(raw, { org, tender, hash, code }, log) {
  const r = await log.receipt(raw)
  is(r.fact, 'bid.refuse', tender)
  const refusal = parseRefusal(canonBytes(r.fact.data.refusal))
  differs(r.fact.data.bidder === org && refusal.tender === tender && refusal.offered === hash && refusal.code === code)
  return { index: r.index, at: r.fact.at }
}

async function act(row, log) {
  const d = row.dataset
  let raw
  const told = (state, said) => {
    d.state = state
    const tag = find(row, 'act-state')
    tag.textContent = say(`safe.${state}`)
    tag.className = `govuk-tag govuk-tag--${{ good: 'green', bad: 'red' }[state]}`
    fill(row, 'act-text', said)
  }
  try {
    raw = (await call(`/api/v1/desk/receipts?fact=${encodeURIComponent(d.fact)}`)).receipt
    const mine = { org: d.org, tender: d.tender, lot: d.lot, seq: Number(d.seq), hash: d.hash, code: d.code }
    const { index, at } = await (d.act === 'withdraw' ? checkWithdrawn : checkRefused)(raw, mine, log)
    told('good', say(`acts.${d.act}`, { index, time: timeText(at) }))
  } catch (err) {
    told('bad', sayError(err))
  }
  if (!raw) return
  show(row, 'act-save', true)
  find(row, 'act-save').onclick = () => save(`receipt-${d.tender}-${d.act}-${d.seq ?? d.hash.slice(0, 8)}.txt`, raw, 'text/plain')
}

/** describe says what a fact of the log is about: [word, value] rows, and whose
 * it is. @param {import('./ledger.js').Fact} fact */
export function describe(fact) {
  const data = fact.data
  const record = data.bid?.record ?? data.withdrawal?.record ?? data
  const rows = [['tender', fact.topic]]
  for (const name of ['lot', 'seq']) if (record[name] !== undefined) rows.push([name, String(record[name])])
  if (fact.name === 'bid.refuse') {
    const { code, offered } = parseRefusal(canonBytes(data.refusal))
    rows.push(['code', code], ['offered', offered])
  }
  for (const e of record.envelopes ?? []) rows.push(['envelope', e.f])
  return { rows, bidder: data.bidder ?? record.bidder }
}

const known = ['bid.submit', 'bid.stored', 'bid.withdraw', 'bid.refuse', 'bid.late']

/** fileSays checks a receipt in a file: whoever it belongs to, it is proved; that
 * it is another's is said. */
async function fileSays(root, file, log) {
  want(file.size < 8 << 20, 'receipt.form', 'This is not a receipt of a log.')
  const r = await log.receipt(await file.text())
  const name = known.includes(r.fact.name) ? r.fact.name : 'other'
  const { rows, bidder } = known.includes(r.fact.name) ? describe(r.fact) : { rows: [['tender', r.fact.topic]], bidder: undefined }
  const list = find(root, 'check-rows')
  list.replaceChildren(
    ...rows.map(([word, value]) => {
      const row = make('div', undefined, { class: 'govuk-summary-list__row' })
      row.append(make('dt', say(`check.${word}`), { class: 'govuk-summary-list__key' }), make('dd', value, { class: 'govuk-summary-list__value' }))
      return row
    })
  )
  const whose = bidder === undefined || bidder === root.dataset.org ? '' : ` ${say('check.others', { bidder })}`
  return say(`check.${name}`, { index: r.index, time: timeText(r.fact.at), name: r.fact.name }) + whose
}

function checkFile(root, log) {
  const told = (state, said) => {
    root.dataset.state = state
    show(root, 'check-said', true)
    show(root, 'check-rows', state === 'good')
    find(root, 'check-tag').className = `govuk-tag govuk-tag--${state === 'good' ? 'green' : 'red'}`
    fill(root, 'check-tag', say(`safe.${state}`))
    fill(root, 'check-what', said)
  }
  const check = (file) =>
    busy(root, async () => {
      if (!file) return
      delete root.dataset.state
      try {
        told('good', await fileSays(root, file, log))
      } catch (err) {
        told('bad', sayError(err instanceof TypeError ? new Fault('receipt.form', 'This is not a receipt of a log.') : err))
      }
    })
  const input = find(root, 'check-input')
  input.addEventListener('change', () => check(input.files[0]).then(() => (input.value = '')))
  root.addEventListener('dragover', (e) => e.preventDefault())
  root.addEventListener('drop', (e) => {
    e.preventDefault()
    check(e.dataTransfer.files[0])
  })
}

/** wireActs checks what a page lists, and the files that are dropped on it. */
export async function wireActs() {
  const log = new Log()
  for (const root of findAll(document, 'check-file')) checkFile(root, log)
  for (const row of findAll(document, 'act')) await act(row, log)
}
