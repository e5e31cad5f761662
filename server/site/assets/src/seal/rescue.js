// A bidder opens its own bid, because too many openers have failed: the key file
// is unlocked here, and of it only the key to this one envelope is published.
import { call } from './api.js'
import { busy, fill, find, findAll, show } from './dom.js'
import { want } from './fault.js'
import { seedProof } from './records.js'
import { inWorker } from './sealer.js'
import { load, stateId } from './submission.js'
import { text } from './bytes.js'
import { say, sayError } from './words.js'

/** theKey finds the key to an envelope in a recovery file. */
export function theKey(entries, { opening, f }) {
  const mine = entries.find((e) => `${e.context.tender}~${e.context.lot}~${e.context.envelope}` === opening && e.fingerprint === f)
  want(mine, 'recovery.other', 'The file holds no key to this bid.')
  return mine
}

async function rescuePart(root) {
  const d = root.dataset
  const kept = await load(stateId(d.org, d.tender, d.lot))
  const file = kept?.seq === Number(d.seq) ? kept.recovery : undefined
  show(root, 'kept', !!file)
  find(root, 'publish')?.addEventListener('click', () =>
    busy(root, async () => {
      show(root, 'error', false)
      try {
        await publish(root, file)
      } catch (err) {
        fill(root, 'told', '')
        fill(root, 'error-text', sayError(err))
        show(root, 'error', true)
      }
    })
  )
  root.dataset.ready = 'true'
}

async function publish(root, kept) {
  const d = root.dataset
  const [chosen] = find(root, 'key-file').files
  want(chosen || kept, 'rescue.no_file', 'Choose the key file.')
  want(find(root, 'sure').checked, 'rescue.not_sure', 'Confirm that the key becomes known.')
  fill(root, 'told', say('rescue.unlocking'))
  const bytes = chosen ? new Uint8Array(await chosen.arrayBuffer()) : kept
  const entries = await inWorker(d.worker, { do: 'unlock', bytes, passphrase: find(root, 'passphrase').value })
  const key = theKey(entries, { opening: d.rescue, f: d.f })
  fill(root, 'told', say('rescue.sending'))
  await call(`/api/v1/openings/${encodeURIComponent(d.rescue)}/reveals`, {
    method: 'POST',
    raw: `{"proof":${text(seedProof(key.fingerprint, key.seed))}}`,
    again: true
  })
  location.reload()
}

/** wireRescue starts the parts [data-rescue] of a page. */
export function wireRescue() {
  for (const root of findAll(document, 'rescue')) rescuePart(root)
}
