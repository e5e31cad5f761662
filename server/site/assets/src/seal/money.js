// Exact decimals, as the server's package tender reckons them: totals are
// computed here, before anything is sealed, to the same last digit.
import { Fault } from './fault.js'

const form = /^(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,6}))?$/

/** A decimal is units / 10^places. @typedef {{units: bigint, places: number}} Decimal */

/** parseDecimal reads plain notation, not negative: "12.5".
 * @param {string} s @returns {Decimal} */
export function parseDecimal(s) {
  const m = form.exec(s)
  if (!m) throw new Fault('decimal.form', 'A number is written as digits with at most one decimal point, like 12.5.')
  const fraction = (m[2] ?? '').replace(/0+$/, '')
  return { units: BigInt(m[1] + fraction), places: fraction.length }
}

/** looseDecimal reads a number as people type it, with spaces or grouping
 * commas: "1,250,000.00". @param {string} s */
export function looseDecimal(s) {
  let t = s.normalize('NFKC').replace(/[\s'’_]/g, '')
  if (/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(t)) t = t.replaceAll(',', '')
  t = t.replace(/^0+(?=\d)/, '')
  return parseDecimal(t)
}

/** decimalText is the one form of a decimal. @param {Decimal} d */
export function decimalText({ units, places }) {
  const s = String(units).padStart(places + 1, '0')
  return places ? `${s.slice(0, -places)}.${s.slice(-places)}` : s
}

const maxMinor = 2n ** 63n - 1n
const checked = (minor) => {
  if (minor > maxMinor) throw new Fault('money.range', 'The amount is too large.')
  return minor
}

/** lineTotal is price times quantity in minor units, rounded half up once.
 * @param {Decimal} price @param {Decimal} quantity @param {number} decimals of the currency */
export function lineTotal(price, quantity, decimals) {
  const units = price.units * quantity.units
  const over = price.places + quantity.places - decimals
  if (over <= 0) return checked(units * 10n ** BigInt(-over))
  const scale = 10n ** BigInt(over)
  return checked((units * 2n + scale) / (2n * scale))
}

/** @param {bigint[]} list */
export const sum = (list) => checked(list.reduce((a, b) => a + b, 0n))

/** amountText writes minor units with exactly the currency's decimals.
 * @param {bigint} minor @param {number} decimals */
export function amountText(minor, decimals) {
  const s = String(minor).padStart(decimals + 1, '0')
  return decimals ? `${s.slice(0, -decimals)}.${s.slice(-decimals)}` : s
}
