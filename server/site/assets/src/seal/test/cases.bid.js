// What a bid says beside its prices, and two tabs of one draft.
import { blankDraft, mergeDraft } from '../draft.js'
import { hundredths, partiesOf, wrongParties } from '../parties.js'
import { lastDay, securityOf, wrongSecurity } from '../security.js'
import { same } from './check.js'

const partner = (organisation, role = 'member', share = '') => ({ organisation, name: organisation, role, share })

export const bid = [
  {
    name: 'partners are held to the rules of the platform',
    run() {
      same(
        ['', ' ', '25', '33.33', '0.01', '100', '50%', '0', '100.01', '1.234', '-1', 'x'].map((s) => hundredths(s)),
        [0, 0, 2500, 3333, 1, 10000, 5000, null, null, null, null, null].map((n) => n ?? NaN)
      )
      const wrong = (share, ...partners) => wrongParties('lead', { share, partners }).map(([key]) => key)
      same(wrong(''), [])
      same(wrong('60', partner('a', 'member', '40')), [])
      same(wrong('60', partner('a', 'member', '39.99')), ['share_under'])
      same(wrong('60', partner('a', 'member', '40.01')), ['share_over'])
      same(wrong('60', partner('a')), [], 'not every share is said')
      same(wrong('60', partner('a', 'member', '30'), partner('b', 'subcontractor')), [], 'with a subcontractor')
      same(wrong('60', partner('')), ['party'])
      same(wrong('', partner('a'), partner('a')), ['party_twice'])
      same(wrong('', partner('lead')), ['party_twice'])
      same(wrong('x', partner('a')), ['share'])
      same(partiesOf('lead', { share: '', partners: [] }), undefined)
      same(partiesOf('lead', { share: '60', partners: [partner('a', 'member', '40'), partner('b', 'subcontractor')] }), [
        { organisation: 'lead', role: 'lead', share: 6000 },
        { organisation: 'a', role: 'member', share: 4000 },
        { organisation: 'b', role: 'subcontractor' }
      ])
    }
  },
  {
    name: 'a bid security is held to what the notice asks for',
    run() {
      const notice = { currency: 'EUR', timetable: { deadline: '2026-12-01T12:00:00Z' }, security: { amount: { amount: '100.00', currency: 'EUR' }, days: 30 } }
      const good = { kind: 'bond', issuer: ' Bank  of the North ', reference: 'G-1', amount: '1,250.5', until: '2026-12-31', document: 'g.pdf' }
      const wrong = (change) => wrongSecurity(notice, { ...good, ...change }, 2, ['g.pdf'])
      same(lastDay(notice), '2026-12-31')
      same(wrong({}), [])
      same(wrong({ amount: '99.99' }), ['amount_low'])
      same(wrong({ amount: '100.001' }), ['amount'])
      same(wrong({ until: '2026-12-30' }), ['until_early'])
      same(wrong({ until: '', document: 'other.pdf', issuer: ' ' }), ['issuer', 'until', 'document'])
      same(wrongSecurity({ ...notice, security: undefined }, {}, 2, []), [])
      same(securityOf(notice, good, 2), {
        kind: 'bond',
        issuer: 'Bank of the North',
        reference: 'G-1',
        amount: { amount: '1250.50', currency: 'EUR' },
        until: '2026-12-31T23:59:59Z',
        document: 'g.pdf'
      })
    }
  },
  {
    name: 'what two tabs change in one draft is put together',
    run() {
      const file = (name, at) => ({ envelope: 'bid', name, media: 'text/plain', at })
      const base = { ...blankDraft('1', 'o', 't', 'l'), prices: { i1: '1', i2: '2' }, statement: 'was', files: [file('a', 1), file('b', 1)], rev: 3 }
      const mine = { ...base, prices: { i1: '10', i2: '2' }, files: [file('a', 1), file('b', 1), file('c', 2)], changed: 5 }
      const theirs = {
        ...base,
        prices: { i1: '1', i2: '20', i3: '3' },
        statement: 'is',
        security: { issuer: 'Bank' },
        files: [file('b', 4), file('c', 3)],
        rev: 4,
        changed: 6
      }
      const both = mergeDraft(base, mine, theirs)
      same(both.prices, { i1: '10', i2: '20', i3: '3' })
      same([both.statement, both.security, both.changed, both.rev], ['is', { issuer: 'Bank' }, 6, 4])
      same(both.files.map((f) => `${f.name}${f.at}`).sort(), ['b4', 'c3'])
      same(mergeDraft(base, { ...mine, prices: { i1: '7' } }, { ...theirs, prices: { i1: '8' } }).prices.i1, '7', 'where both have changed it')
      same(mergeDraft(base, base, theirs).prices, theirs.prices)
      same(mergeDraft(base, mine, base).prices, mine.prices)
    }
  }
]
