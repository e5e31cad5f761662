// Writes a table as a workbook of one sheet (ECMA-376): what people get who
// download a price sheet. The members of the file lie in it uncompressed.
import { concat, utf8 } from './bytes.js'

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const escape = (s) =>
  String(s)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')

/** Styles of cells: 0 plain, 1 a heading, 2 to be filled in. */
const styles =
  `${head}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFFFF6D6"/></patternFill></fill></fills>' +
  '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>' +
  '<cellXfs count="3"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" fillId="2" applyFill="1"/></cellXfs></styleSheet>'

/** A spreadsheet keeps fifteen digits of a number; longer ones stay text. */
const isNumber = (s) => /^(0|[1-9]\d*)(\.\d+)?$/.test(s) && s.replace('.', '').length <= 15

/** workbook writes rows; a cell is a text, {number} or {text, style}.
 * @param {(string | {text?: string, number?: string, style?: number})[][]} rows @param {{name: string, widths: number[]}} look
 * @returns {Uint8Array} */
export function workbook(rows, { name, widths }) {
  const cell = (c) => {
    const { text, number, style } = typeof c === 'string' ? { text: c } : c
    const s = style ? ` s="${style}"` : ''
    if (number !== undefined && isNumber(number)) return `<c${s}><v>${number}</v></c>`
    const t = number ?? text ?? ''
    return t === '' ? `<c${s}/>` : `<c t="inlineStr"${s}><is><t xml:space="preserve">${escape(t)}</t></is></c>`
  }
  const sheet =
    `${head}<worksheet xmlns="${main}"><cols>${widths.map((w, i) => `<col min="${i + 1}" max="${i + 1}" width="${w}" customWidth="1"/>`).join('')}</cols>` +
    `<sheetData>${rows.map((r) => `<row>${r.map(cell).join('')}</row>`).join('')}</sheetData></worksheet>`
  return zip({
    '[Content_Types].xml':
      `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>` +
      `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/></Types>`,
    '_rels/.rels': related({ rId1: ['officeDocument', 'xl/workbook.xml'] }),
    'xl/workbook.xml': `${head}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="${sheetName(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': related({ rId1: ['worksheet', 'worksheets/sheet1.xml'], rId2: ['styles', 'styles.xml'] }),
    'xl/styles.xml': styles,
    'xl/worksheets/sheet1.xml': sheet
  })
}

const sheetName = (s) => escape(s.replace(/[[\]:*?/\\']/g, ' ').slice(0, 31)).replaceAll('"', '&quot;')

const related = (list) =>
  `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${Object.entries(list)
    .map(([id, [type, target]]) => `<Relationship Id="${id}" Type="${relations}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`

/** zip puts texts into one file, uncompressed. @param {Record<string, string>} files */
function zip(files) {
  const parts = []
  const list = []
  let at = 0
  for (const [path, content] of Object.entries(files)) {
    const [name, body] = [utf8(path), utf8(content)]
    const sizes = [le(crc32(body), 4), le(body.length, 4), le(body.length, 4), le(name.length, 2)]
    // UTF-8 names, stored, 1 January 1980.
    const how = concat(le(0x0800, 2), le(0, 2), le(0, 2), le(0x21, 2))
    parts.push(concat(le(0x04034b50, 4), le(20, 2), how, ...sizes, le(0, 2), name, body))
    list.push(concat(le(0x02014b50, 4), le(20, 2), le(20, 2), how, ...sizes, new Uint8Array(12), le(at, 4), name))
    at += parts.at(-1).length
  }
  const directory = concat(...list)
  const end = concat(le(0x06054b50, 4), le(0, 4), le(list.length, 2), le(list.length, 2), le(directory.length, 4), le(at, 4), le(0, 2))
  return concat(...parts, directory, end)
}

const le = (n, bytes) => Uint8Array.from({ length: bytes }, (_, i) => (n >>> (8 * i)) & 0xff)

function crc32(b) {
  let c = ~0
  for (const x of b) {
    c ^= x
    for (let i = 0; i < 8; i++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0)
  }
  return ~c >>> 0
}
