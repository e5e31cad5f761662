// "My tenders": what of one's bids lies in this browser: drafts, and sealed
// bids that are not all sent. They go on from here.
import { fill, find, findAll, stamp } from './dom.js'
import { draftsOf } from './draft.js'
import { pending } from './submission.js'
import { say, timeText } from './words.js'

/** wirePending fills a list [data-pending] with rows of the page's template. */
export async function wirePending() {
  const root = document.querySelector('[data-pending]')
  if (!root) return
  const org = document.body.dataset.org
  const [sent, drafts] = await Promise.all([pending(org), draftsOf(org)])
  const going = sent.filter((s) => s.stage !== 'stored')
  const rows = [
    ...going.map((s) => ({ ...s, what: say('wizard.pending.sending'), at: s.at, urgent: true })),
    ...drafts
      .filter((d) => d.changed && !sent.some((s) => s.id === d.id))
      .map((d) => ({ ...d, what: say('wizard.pending.draft'), at: d.changed }))
  ]
  root.replaceChildren(
    ...rows.map((r) => {
      const row = stamp('pending-row')
      const link = find(row, 'link')
      link.href = `/bid/tenders/${encodeURIComponent(r.tender)}/lots/${encodeURIComponent(r.lot)}`
      link.textContent = say('wizard.pending.name', { tender: r.tender, lot: r.lot })
      fill(row, 'what', r.what)
      fill(row, 'when', timeText(r.at))
      return row
    })
  )
  for (const e of findAll(document, 'pending-some')) e.hidden = rows.length === 0
}
