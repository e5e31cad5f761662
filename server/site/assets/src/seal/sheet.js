// Price sheets out of spreadsheets, read in the page: .csv and .xlsx. Nothing
// of them goes to the server.
import { Fault, want } from './fault.js'
import { decimalText, looseDecimal } from './money.js'

const mostRows = 2 ** 20

/** readTable reads the first table of a file as rows of texts; row 1 is the
 * first, empty or not, so that cells can be named.
 * @param {Blob} blob @param {string} name @returns {Promise<string[][]>} */
export async function readTable(blob, name) {
  want(blob.size <= 20 * 2 ** 20, 'sheet.large', 'The spreadsheet is too large.')
  const bytes = new Uint8Array(await blob.arrayBuffer())
  const zipped = bytes[0] === 0x50 && bytes[1] === 0x4b
  if (zipped || /\.xlsx$/i.test(name)) return readXLSX(bytes)
  return readCSV(bytes)
}

function decode(bytes) {
  for (const [label, fatal] of [
    ['utf-8', true],
    ['gb18030', true]
  ]) {
    try {
      return new TextDecoder(label, { fatal }).decode(bytes)
    } catch {
      // the next one
    }
  }
  throw new Fault('sheet.form', 'The file cannot be read.')
}

/** readCSV takes commas, semicolons or tabs, and quoted cells. */
function readCSV(bytes) {
  const s = decode(bytes)
  const first = s.slice(0, s.search(/[\r\n]|$/))
  const mark = ['\t', ';', ','].sort((a, b) => first.split(b).length - first.split(a).length)[0]
  const rows = [[]]
  let cell = ''
  let quoted = false
  for (let i = 0; i < s.length; i++) {
    const c = s[i]
    if (quoted) {
      if (c !== '"') cell += c
      else if (s[i + 1] === '"') cell += s[++i]
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (c === mark) cell = push(rows, cell)
    else if (c === '\n' || c === '\r') {
      if (c === '\r' && s[i + 1] === '\n') i++
      cell = push(rows, cell)
      rows.push([])
    } else cell += c
  }
  push(rows, cell)
  while (rows.length && rows.at(-1).every((x) => x === '')) rows.pop()
  return rows
}

function push(rows, cell) {
  rows.at(-1).push(cell.trim())
  return ''
}

/** readXLSX reads the first sheet of a workbook (ECMA-376). */
async function readXLSX(bytes) {
  const files = unzip(bytes)
  const sheet = [...files.keys()]
    .filter((n) => /^xl\/worksheets\/sheet\d+\.xml$/.test(n))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0]
  want(sheet, 'sheet.form', 'There is no table in the file.')
  const shared = files.has('xl/sharedStrings.xml')
    ? [...(await xml(files, 'xl/sharedStrings.xml')).getElementsByTagName('si')].map(textOf)
    : []
  const rows = []
  for (const row of (await xml(files, sheet)).getElementsByTagName('row')) {
    const out = []
    for (const c of row.getElementsByTagName('c')) {
      const column = [...(c.getAttribute('r') ?? '').replace(/\d+$/, '')].reduce((n, l) => n * 26 + l.charCodeAt(0) - 64, 0) - 1
      out[column < 0 ? out.length : column] = value(c, shared)
    }
    const number = Number(row.getAttribute('r') ?? rows.length + 1)
    want(number >= 1 && number <= mostRows, 'sheet.form', 'The file cannot be read.')
    rows[number - 1] = Array.from(out, (x) => x ?? '')
  }
  return Array.from(rows, (r) => r ?? [])
}

const textOf = (e) => [...e.getElementsByTagName('t')].map((t) => t.textContent).join('')

function value(c, shared) {
  const kind = c.getAttribute('t')
  if (kind === 'inlineStr') return textOf(c).trim()
  const v = c.getElementsByTagName('v')[0]?.textContent ?? ''
  if (kind === 's') return (shared[Number(v)] ?? '').trim()
  if (kind === 'b') return v === '1' ? 'TRUE' : 'FALSE'
  if (kind === 'str' || kind === 'e' || kind === 'd' || v === '') return v.trim()
  return plain(Number(v))
}

/** plain writes a number of a spreadsheet as it is shown there: fifteen digits
 * are all that a spreadsheet keeps. */
function plain(n) {
  if (!Number.isFinite(n)) return ''
  const [mantissa, power] = n.toExponential(14).split('e')
  const digits = mantissa.replace('.', '').replace('-', '')
  const point = Number(power) + 1
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const at = Math.max(point, 1)
  const s = `${padded.slice(0, at)}.${padded.slice(at)}`.replace(/\.?0+$/, '')
  return n < 0 ? `-${s}` : s
}

async function xml(files, name) {
  return new DOMParser().parseFromString(decode(await files.get(name)()), 'application/xml')
}

/** unzip lists a zip file's members; each is inflated when it is asked for. */
function unzip(b) {
  const bad = new Fault('sheet.form', 'The file cannot be read.')
  const view = new DataView(b.buffer, b.byteOffset, b.length)
  let end = b.length - 22
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0) throw bad
  const files = new Map()
  let at = view.getUint32(end + 16, true)
  for (let n = view.getUint16(end + 10, true); n > 0; n--) {
    if (at + 46 > b.length || view.getUint32(at, true) !== 0x02014b50) throw bad
    const [how, size, full] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)]
    const [name, extra, note] = [28, 30, 32].map((i) => view.getUint16(at + i, true))
    const local = view.getUint32(at + 42, true)
    if (full > 100 * 2 ** 20) throw bad
    files.set(decode(b.subarray(at + 46, at + 46 + name)), () => {
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
      const raw = b.subarray(start, start + size)
      return how === 0 ? raw : inflate(raw)
    })
    at += 46 + name + extra + note
  }
  return files
}

const inflate = async (raw) =>
  new Uint8Array(await new Response(new Blob([raw]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer())

/** cellName is how a spreadsheet calls a cell: "E3". Both count from 0. */
export function cellName(column, row) {
  let letters = ''
  for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26)) letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters
  return letters + (row + 1)
}

const refuse = (code, column, row, values) => {
  throw new Fault(code, `Cell ${cellName(column, row)} cannot be used.`, { values: { cell: cellName(column, row), ...values } })
}

const unitPrice = /unit\s*price|单价/i

/** findPrices takes unit prices out of a table: each row that names an item in
 * one of its cells has its price under a heading such as "unit price" or
 * "单价", or else in its last cell. A sheet of another lot, a price that is none
 * and an item that stands there twice are refused, and the cell is named.
 * @param {string[][]} rows @param {string[]} items @param {{tender: string, lot: string}} [here]
 * @returns {Record<string, string>} */
export function findPrices(rows, items, here) {
  if (here) checkPlace(rows, here)
  const heading = rows.findIndex((r) => r.some((c) => unitPrice.test(c)))
  const column = heading >= 0 ? rows[heading].findIndex((c) => unitPrice.test(c)) : -1
  const found = {}
  for (const [n, row] of rows.entries()) {
    const item = items.find((id) => row.includes(id))
    if (!item || n === heading) continue
    if (found[item] !== undefined) refuse('sheet.twice', row.indexOf(item), n, { item })
    const at = column >= 0 ? column : row.length - 1
    const text = row[at] ?? ''
    if (text === '') continue
    try {
      found[item] = decimalText(looseDecimal(text))
    } catch {
      refuse('sheet.cell', at, n, { item, text: text.slice(0, 40) })
    }
  }
  return found
}

/** The first rows of a price sheet say what it is for. */
export const placeRows = (words, { tender, lot }) => [[words.tender, tender], [words.lot, lot], []]
const sheetPlace = /^(tender|采购项目)$/i

/** checkPlace refuses a price sheet that was made for another tender or lot. */
function checkPlace(rows, { tender, lot }) {
  if (!sheetPlace.test(rows[0]?.[0] ?? '')) return
  if (rows[0][1] !== tender) refuse('sheet.other', 1, 0, { text: (rows[0][1] ?? '').slice(0, 60) })
  if (rows[1]?.[1] !== lot) refuse('sheet.other', 1, 1, { text: (rows[1]?.[1] ?? '').slice(0, 60) })
}

/** csvText writes a table for a spreadsheet program. @param {string[][]} rows */
export const csvText = (rows) =>
  `\ufeff${rows.map((r) => r.map((c) => (/[",\n;]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join(',')).join('\r\n')}\r\n`
