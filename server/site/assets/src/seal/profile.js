// The company's profile on this device: documents that every bid needs, given
// once and reused. They never go to the server.
import { random, hex } from './bytes.js'
import * as db from './db.js'
import { busy, fill, find, findAll, stamp, make } from './dom.js'
import { mediaType, tidyName } from './text.js'
import { bytesText, say, sayError } from './words.js'

/** wireProfile runs the page with [data-profile]. */
export async function wireProfile() {
  const root = document.querySelector('[data-profile]')
  if (!root) return
  const org = document.body.dataset.org
  const paint = async () => {
    const docs = (await db.everything('profile')).filter((x) => x.org === org && x.blob)
    find(root, 'profile-list').replaceChildren(
      ...docs.map((x) => {
        const row = stamp('file-row')
        fill(row, 'name', x.name)
        fill(row, 'size', bytesText(x.blob.size))
        const remove = find(row, 'remove')
        remove.append(make('span', ` ${x.name}`, { class: 'govuk-visually-hidden' }))
        remove.addEventListener('click', async () => {
          await db.remove('profile', x.id)
          await paint()
        })
        return row
      })
    )
    for (const e of findAll(root, 'profile-none')) e.hidden = docs.length > 0
  }
  find(root, 'profile-add').addEventListener('change', (event) =>
    busy(root, async () => {
      try {
        for (const f of event.target.files) {
          const name = tidyName(f.name)
          if (!name) continue
          const id = hex(random(8))
          await db.put('profile', id, {
            id,
            org,
            name,
            media: mediaType(f.type) ? f.type : 'application/octet-stream',
            blob: new Blob([f])
          })
        }
        await db.keep()
        fill(root, 'profile-told', say('wizard.profile.kept'))
      } catch (err) {
        fill(root, 'profile-told', sayError(err))
      }
      event.target.value = ''
      await paint()
    })
  )
  await paint()
}
