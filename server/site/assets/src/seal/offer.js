// The structured part of an envelope, offer.json, as the server's package
// bidding reads it: prices and answers, exactly in the notice's order.
import { canonBytes } from './canon.js'
import { Fault, want } from './fault.js'
import { amountText, decimalText, lineTotal, parseDecimal, sum } from './money.js'

export const offerFile = 'offer.json'
const form = 'probity-offer/1'
const maxText = 20_000

/** envelopeNames of a notice, in the order in which they are opened. */
export const envelopeNames = (notice) => (notice.envelopes === 'two' ? ['technical', 'financial'] : ['bid'])
export const isPriced = (envelope) => envelope !== 'technical'
export const hasAnswers = (envelope) => envelope !== 'financial'

export const lotOf = (notice, lot) => notice.lots.find((l) => l.id === lot)

/** requirementsOf a lot. */
export const requirementsOf = (notice, lot) => (notice.requirements ?? []).filter((r) => !r.lots?.length || r.lots.includes(lot))

/** reckon computes line totals and the total of unit prices (item to text), in
 * minor units; what has no price yet counts nothing.
 * @param {{items?: {id: string, quantity: string}[]}} lot @param {Record<string, string>} prices @param {number} decimals */
export function reckon(lot, prices, decimals) {
  const lines = {}
  for (const item of lot.items ?? []) {
    if (prices[item.id]) lines[item.id] = lineTotal(parseDecimal(prices[item.id]), parseDecimal(String(item.quantity)), decimals)
  }
  return { lines, total: sum(Object.values(lines)) }
}

/** makeOffer writes offer.json of one envelope.
 * @param {{notice: any, tender: string, lot: string, bidder: string, envelope: string, decimals: number, prices: Record<string, string>,
 *   responses: Record<string, {met: boolean, text?: string, files?: string[]}>, statement?: string}} o */
export function makeOffer({ notice, tender, lot, bidder, envelope, decimals, prices, responses, statement }) {
  const l = lotOf(notice, lot)
  want(l, 'lot.missing', 'This tender has no such lot.')
  const offer = { bidder, envelope, lot, tender, v: form }
  if (isPriced(envelope)) {
    for (const item of l.items ?? []) want(prices[item.id], 'offer.price_missing', `Item ${item.id} has no price.`)
    const { lines, total } = reckon(l, prices, decimals)
    const money = (minor) => ({ amount: amountText(minor, decimals), currency: notice.currency })
    offer.currency = notice.currency
    const list = (l.items ?? []).map((i) => ({ item: i.id, unitPrice: decimalText(parseDecimal(prices[i.id])), total: money(lines[i.id]) }))
    if (list.length) offer.prices = list
    offer.total = money(total)
  }
  if (hasAnswers(envelope)) {
    const list = requirementsOf(notice, lot).map((r) => answer(r.id, responses[r.id]))
    if (list.length) offer.responses = list
    if (statement) offer.statement = tidy(statement)
  }
  return canonBytes(offer)
}

function answer(requirement, r) {
  if (r?.met === undefined) throw new Fault('offer.responses', `Requirement ${requirement} has no response.`)
  return { requirement, met: r.met, text: r.text ? tidy(r.text) : undefined, files: r.files?.length ? r.files : undefined }
}

/** tidy makes text that the server takes: one kind of line end, NFC. */
function tidy(s) {
  const t = s.replaceAll('\r\n', '\n').normalize('NFC').trim()
  want([...t].length <= maxText, 'text.long', 'The text is too long.')
  return t
}
