import { amountText, decimalText, lineTotal, looseDecimal, parseDecimal, sum } from '../money.js'
import { makeOffer, reckon } from '../offer.js'
import { cellName, csvText, findPrices, placeRows, readTable } from '../sheet.js'
import { fails, same } from './check.js'

const d = parseDecimal
const notice = {
  currency: 'EUR',
  envelopes: 'two',
  lots: [
    {
      id: '1',
      items: [
        { id: 'i1', quantity: '3' },
        { id: 'i2', quantity: '0.5' }
      ]
    }
  ],
  requirements: [{ id: 'r1' }, { id: 'r2', lots: ['2'] }]
}

export const money = [
  {
    name: 'line totals are exact and rounded half up once',
    async run() {
      for (const [price, quantity, decimals, want] of [
        ['12.345', '100', 2, '1234.50'],
        ['0.005', '1', 2, '0.01'],
        ['0.0049', '1', 2, '0.00'],
        ['33.333333', '3', 2, '100.00'],
        ['7', '3', 0, '21'],
        ['2.5', '1', 0, '3'],
        ['0.1', '0.2', 3, '0.020'],
        ['999999999999.999999', '1000', 2, '1000000000000000.00']
      ])
        same(amountText(lineTotal(d(price), d(quantity), decimals), decimals), want, `${price} x ${quantity}`)
      await fails('money.range', () => lineTotal(d('999999999999999999'), d('1000'), 2))
      await fails('money.range', () => sum([2n ** 63n - 1n, 1n]))
      for (const bad of ['', '01', '1.', '.5', '-1', '1e3', '1.1234567', '1,5']) await fails('decimal.form', () => d(bad), bad)
      for (const [typed, want] of [
        ['1,250,000.00', '1250000'],
        [' 12.50 ', '12.5'],
        ['1 000', '1000'],
        ['１２．５', '12.5'],
        ['007', '7']
      ])
        same(decimalText(looseDecimal(typed)), want, typed)
      await fails('decimal.form', () => looseDecimal('1,25'))
    }
  },
  {
    name: 'an offer names every price and answer in the order of the notice',
    async run() {
      const place = { notice, tender: 'T', lot: '1', bidder: 'b', decimals: 2 }
      const prices = { i2: '10.10', i1: '1.005' }
      const text = (o) =>
        new TextDecoder().decode(makeOffer({ ...place, prices, responses: { r1: { met: true, text: ' yes \r\n' } }, statement: '', ...o }))
      same(
        text({ envelope: 'financial' }),
        '{"bidder":"b","currency":"EUR","envelope":"financial","lot":"1","prices":[{"item":"i1","total":{"amount":"3.02","currency":"EUR"},"unitPrice":"1.005"},' +
          '{"item":"i2","total":{"amount":"5.05","currency":"EUR"},"unitPrice":"10.1"}],"tender":"T","total":{"amount":"8.07","currency":"EUR"},"v":"probity-offer/1"}'
      )
      same(
        text({ envelope: 'technical' }),
        '{"bidder":"b","envelope":"technical","lot":"1","responses":[{"met":true,"requirement":"r1","text":"yes"}],"tender":"T","v":"probity-offer/1"}'
      )
      await fails('offer.price_missing', () => text({ envelope: 'financial', prices: { i1: '1' } }))
      await fails('offer.responses', () => text({ envelope: 'technical', responses: {} }))
      same(String(reckon(notice.lots[0], { i1: '2' }, 2).total), '600')
    }
  },
  {
    name: 'prices are read from a spreadsheet by the names of items',
    async run() {
      const rows = [
        ['Item', 'Description', 'Unit price', 'Note'],
        ['i1', 'Salt, "coarse"', '12.5', ''],
        ['i2', '', '7', 'x'],
        ['', '', '', '']
      ]
      const back = await readTable(new Blob([csvText(rows)]), 'a.csv')
      same(back.slice(1, 3), [
        ['i1', 'Salt, "coarse"', '12.5', ''],
        ['i2', '', '7', 'x']
      ])
      same(findPrices(back, ['i1', 'i2', 'i3']), { i1: '12.5', i2: '7' })
      same(
        findPrices(
          [
            ['i1', '3'],
            ['i2', '4']
          ],
          ['i1', 'i2']
        ),
        { i1: '3', i2: '4' }
      )
      same(
        findPrices(
          [
            ['品目', '单价'],
            ['i1', '3']
          ],
          ['i1']
        ),
        { i1: '3' }
      )
      const sheet = (price, more = []) => [...placeRows({ tender: 'Tender', lot: 'Lot' }, { tender: 'T', lot: 'L' }), ['Item', 'Unit price'], ['i1', price], ...more]
      const here = { tender: 'T', lot: 'L' }
      same(findPrices(sheet('1,250.50'), ['i1'], here), { i1: '1250.5' })
      for (const [code, cell, rows, at] of [
        ['sheet.cell', 'B5', sheet('12,5'), here],
        ['sheet.cell', 'B5', sheet('-3'), here],
        ['sheet.cell', 'B5', sheet('#REF!'), here],
        ['sheet.twice', 'A6', sheet('1', [['i1', '2']]), here],
        ['sheet.other', 'B1', sheet('1'), { tender: 'U', lot: 'L' }],
        ['sheet.other', 'B2', sheet('1'), { tender: 'T', lot: 'M' }]
      ])
        await fails(code, () => {
          try {
            findPrices(rows, ['i1'], at)
          } catch (err) {
            same(err.values.cell, cell, code)
            throw err
          }
        })
      same([cellName(0, 0), cellName(25, 9), cellName(26, 0), cellName(701, 1), cellName(702, 1)], ['A1', 'Z10', 'AA1', 'ZZ2', 'AAA2'])
      const gbk = Uint8Array.of(0xb5, 0xa5, 0xbc, 0xdb, 0x2c, 0x69, 0x31) // 单价,i1
      same(await readTable(new Blob([gbk]), 'a.csv'), [['单价', 'i1']])
      await fails('sheet.form', () => readTable(new Blob([Uint8Array.of(0x50, 0x4b, 3, 4)]), 'a.xlsx'))
    }
  }
]
