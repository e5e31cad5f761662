// The wizard's prices: typed or read from a price sheet, reckoned exactly.
import { fill, findAll, save } from './dom.js'
import { Fault, want } from './fault.js'
import { amountText, decimalText, looseDecimal } from './money.js'
import { reckon } from './offer.js'
import { csvText, findPrices, placeRows, readTable } from './sheet.js'
import { language, say } from './words.js'
import { workbook } from './xlsx.js'

/** Prices is that part of the wizard. */
export class Prices {
  /** @param {import('./wizard.js').Wizard} wizard */
  constructor(wizard) {
    this.wizard = wizard
  }

  wire() {
    this.wizard.on('sheet-file', 'change', (e) => this.read(e))
    this.wizard.on('sheet-template', 'click', (e) => this.template(e.dataset.sheetTemplate))
  }

  paint() {
    const { draft, root } = this.wizard
    for (const e of findAll(root, 'price')) this.wizard.put(e, draft.prices[e.dataset.price] ?? '')
    this.reckon()
  }

  /** good are the prices that can be read, as decimals; the others are marked. */
  good() {
    const good = {}
    for (const [item, s] of Object.entries(this.wizard.draft.prices)) {
      if (!s?.trim()) continue
      try {
        good[item] = decimalText(looseDecimal(s))
      } catch {
        // marked by reckon
      }
    }
    return good
  }

  reckon() {
    const { root, lot, decimals } = this.wizard
    const good = this.good()
    for (const e of findAll(root, 'price')) {
      const wrong = e.value.trim() !== '' && good[e.dataset.price] === undefined
      e.toggleAttribute('aria-invalid', wrong)
      e.closest('tr')?.toggleAttribute('data-wrong', wrong)
    }
    let out = { lines: {}, total: 0n }
    try {
      out = reckon(lot, good, decimals)
    } catch {
      // too large: nothing is shown, and sealing says so
    }
    for (const e of findAll(root, 'line')) e.textContent = out.lines[e.dataset.line] === undefined ? '' : this.money(out.lines[e.dataset.line])
    fill(root, 'total', this.money(out.total))
  }

  money(minor) {
    const { notice, decimals } = this.wizard
    return new Intl.NumberFormat(language(), { style: 'currency', currency: notice.currency, currencyDisplay: 'code' }).format(
      amountText(minor, decimals)
    )
  }

  missing() {
    const good = this.good()
    return (this.wizard.lot.items ?? []).filter((i) => good[i.id] === undefined).map((i) => say('wizard.missing.price', { item: i.id }))
  }

  /** read takes the prices of a price sheet, all or none. */
  async read(input) {
    const { draft, lot, place, root } = this.wizard
    const [file] = input.files
    if (!file) return
    fill(root, 'sheet-told', '')
    try {
      const found = findPrices(await table(file), lot.items.map((i) => i.id), place)
      const n = Object.keys(found).length
      want(n > 0, 'sheet.empty', 'No price was found in the file.')
      Object.assign(draft.prices, found)
      this.wizard.paint()
      this.wizard.changed()
      fill(root, 'sheet-told', say('wizard.sheet', { found: n, of: lot.items.length }))
    } finally {
      input.value = ''
    }
  }

  /** template is the price sheet to fill in, with what was typed so far. */
  template(kind) {
    const { draft, lot, place } = this.wizard
    const words = ['item', 'description', 'quantity', 'unit', 'price'].map((w) => say(`wizard.column.${w}`))
    const inLanguage = (t) => t?.[language()] ?? t?.[language().split('-')[0]] ?? t?.['zh-CN'] ?? Object.values(t ?? {})[0] ?? ''
    const top = placeRows({ tender: say('wizard.column.tender'), lot: say('wizard.column.lot') }, place)
    const items = lot.items.map((i) => [
      i.id,
      inLanguage(i.description),
      String(i.quantity),
      inLanguage(i.unit?.name) || i.unit?.code || '',
      draft.prices[i.id] ?? ''
    ])
    const name = `${place.tender}-${place.lot}`
    if (kind === 'csv') return save(`${name}.csv`, csvText([...top, words, ...items]), 'text/csv')
    const rows = [
      ...top.map((r) => r.map((text, i) => (i ? text : { text, style: 1 }))),
      words.map((text) => ({ text, style: 1 })),
      ...items.map(([id, text, quantity, unit, price]) => [id, text, { number: quantity }, unit, { number: price, style: 2 }])
    ]
    const book = workbook(rows, { name: place.lot, widths: [14, 48, 12, 12, 16] })
    return save(`${name}.xlsx`, book, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  }
}

/** table reads a file that may be anything; what it is not is told. */
async function table(file) {
  try {
    return await readTable(file, file.name)
  } catch (err) {
    if (err instanceof Fault) throw err
    throw new Fault('sheet.form', 'The file cannot be read.', { cause: err })
  }
}
