// The opener's pages: make a key, confirm the manifest, release shares. What
// they expect of a page stands in index.js.
import { call, tenderPath } from './api.js'
import { busy, field, fill, find, findAll, make, save, sendOn, show } from './dom.js'
import { want } from './fault.js'
import { Manifest } from './manifest.js'
import { destroyKey, destroyedKey, importKey, keepKey, keptKey, keyPrint, makeKey, sheetLines, unlockKey } from './openerkey.js'
import { consentChecks } from './prepare.js'
import { release } from './release.js'
import { signers } from './signers.js'
import { Log } from './trust.js'
import { say, sayError, timeText } from './words.js'

const shortestPassphrase = 8

/** acts runs an act of a part of the page; what goes wrong is told there. */
function acts(root, act) {
  return busy(root, async () => {
    fill(root, 'told', '')
    show(root, 'error', false)
    try {
      await act()
    } catch (err) {
      fill(root, 'error-text', sayError(err))
      show(root, 'error', true)
    }
  })
}

function passphrase(root, hook) {
  const pass = find(root, hook).value
  want([...pass].length >= shortestPassphrase, 'opener.passphrase', 'The passphrase is too short.')
  return pass
}

/** A page about one tender's key. */
async function keyPage(root) {
  const d = root.dataset
  const user = document.body.dataset.user
  const kept = await keptKey(user, d.tender)
  const gone = await destroyedKey(user, d.tender)
  const paint = (k, left) => {
    root.dataset.kept = k ? (k.public === d.key ? 'yes' : 'other') : left ? 'destroyed' : 'no'
    if (left) fill(root, 'destroyed-at', timeText(left.destroyed))
    for (const e of findAll(root, 'kept-is')) e.hidden = !e.dataset.keptIs.split(' ').includes(root.dataset.kept)
    if (k) fill(root, 'key-print', keyPrint(k.public))
    document.dispatchEvent(new Event('opener-key'))
  }
  // The registered key is destroyed first and put on record then; where that did
  // not come through, the next look at the page does it.
  const record = async (left) => {
    if (left?.public !== d.key || root.dataset.gone) return
    await call(tenderPath(d.tender, 'openers', 'key', 'destruction'), { method: 'POST', json: { key: d.key }, again: true })
    root.dataset.gone = 'yes'
  }
  paint(kept, gone)
  if (!kept && gone) acts(root, () => record(gone))
  find(root, 'destroy')?.addEventListener('click', () =>
    acts(root, async () => {
      want(find(root, 'destroy-sure').checked, 'opener.not_sure', 'Confirm that the key is to be destroyed.')
      const left = await destroyKey(await keptKey(user, d.tender))
      paint(undefined, left)
      show(root, 'sheet', false)
      await record(left)
      fill(root, 'told', say('opener.destroyed'))
    })
  )
  if (d.key) fill(root, 'registered-print', keyPrint(d.key))

  const give = async (key) => {
    await call(tenderPath(d.tender, 'openers', 'key'), { method: 'POST', json: { key }, again: true })
    d.key = key
  }
  const sheet = ({ public: key }, secret, file) => {
    fill(root, 'key-print', keyPrint(key))
    find(root, 'sheet-secret').replaceChildren(...sheetLines(secret).map((l) => make('li', l)))
    show(root, 'sheet', true)
    find(root, 'key-save').onclick = () => save(`opener-key-${d.tender}.age`, file)
    find(root, 'sheet').scrollIntoView()
  }
  const making = (pass) => async () => {
    fill(root, 'told', say('opener.making'))
    const { kept: k, secret } = await makeKey({ user, name: d.name, site: d.site, tender: d.tender, passphrase: pass?.() })
    await give(k.public)
    paint(k)
    fill(root, 'told', say('opener.made'))
    sheet(k, secret, k.file)
  }
  find(root, 'make-passphrase')?.addEventListener('click', () =>
    acts(
      root,
      making(() => passphrase(root, 'passphrase'))
    )
  )
  find(root, 'make-passkey')?.addEventListener('click', () => acts(root, making()))
  find(root, 'key-file')?.addEventListener('change', (e) =>
    acts(root, async () => {
      const [file] = e.target.files
      if (!file) return
      e.target.value = ''
      const pass = passphrase(root, 'import-passphrase')
      const key = await importKey(new Uint8Array(await file.arrayBuffer()), pass)
      if (d.key) want(key.public === d.key, 'opener.other_key', 'The file holds another key than the one that is registered.')
      else await give(key.public)
      paint(await keepKey(key, { user, tender: d.tender, passphrase: pass }))
      fill(root, 'told', say('opener.kept'))
    })
  )
  root.dataset.ready = 'true'
}

/** A form that signs the manifest, after the checks of an opener's device. It
 * waits for the key, which may be loaded on the same page. */
async function consentForm(form) {
  const d = form.dataset
  const user = document.body.dataset.user
  let ready
  const prepare = () =>
    acts(form, async () => {
      const kept = await keptKey(user, d.consent)
      show(form, 'manifest-away', !kept)
      show(form, 'manifest', false)
      if (!kept) return
      const tender = await call(tenderPath(d.consent))
      ready = { ...consentChecks(tender, kept.public, user), keys: await signers(user) }
      find(form, 'sign-with').replaceChildren(...ready.keys.map((s, i) => make('option', s.label, { value: String(i) })))
      show(form, 'sign-none', ready.keys.length === 0)
      showManifest(form, ready.manifest)
      show(form, 'manifest', true)
      form.dataset.ready = 'true'
    })
  document.addEventListener('opener-key', prepare)
  await prepare()
  form.addEventListener('submit', (event) => {
    const signature = field(form, 'signature')
    if (signature.value) return
    event.preventDefault()
    acts(form, async () => {
      const chosen = ready?.keys[Number(find(form, 'sign-with').value)]
      want(chosen, 'sign.no_key')
      signature.value = JSON.stringify(await chosen.signer.sign('manifest', ready.record))
      sendOn(form)
    })
  })
}

/** showManifest says who opens, how many of them, from when. @param {Manifest} m */
function showManifest(root, m) {
  fill(root, 'manifest-print', m.fingerprint)
  fill(root, 'manifest-deadline', timeText(m.deadline))
  fill(root, 'manifest-opens', timeText(m.opens))
  find(root, 'manifest-groups').replaceChildren(
    ...m.groups.map((g) =>
      make('li', say('opener.group', { name: g.name, k: g.k, n: g.openers.length, names: g.openers.map((o) => o.name).join(', ') }))
    )
  )
}

/** The part of the ceremony that an opener takes part in. */
async function releasePage(root) {
  const d = root.dataset
  const user = document.body.dataset.user
  const kept = await keptKey(user, d.tender)
  const keys = await signers(user)
  find(root, 'sign-with').replaceChildren(...keys.map((s, i) => make('option', s.label, { value: String(i) })))
  show(root, 'sign-none', keys.length === 0)
  const wrap = kept ? kept.wrap : 'file'
  for (const e of findAll(root, 'wrap-is')) e.hidden = !e.dataset.wrapIs.split(' ').includes(wrap)
  const log = new Log()
  const go = () =>
    acts(root, async () => {
      const chosen = keys[Number(find(root, 'sign-with').value)]
      want(chosen, 'sign.no_key')
      fill(root, 'told', say('opener.step.unlock', { done: '', of: '' }))
      const key = await theKey(root, kept)
      await release(d.release, {
        key,
        signer: chosen.signer,
        log,
        tell: (what, done, of) => fill(root, 'told', say(`opener.step.${what}`, { done, of }))
      })
      root.dataset.done = 'true'
      fill(root, 'told', say('opener.released'))
      await refresh()
    })
  find(root, 'give').addEventListener('click', go)
  root.dataset.ready = 'true'
}

async function theKey(root, kept) {
  if (kept?.wrap === 'passkey') return unlockKey(kept, '')
  const pass = find(root, 'passphrase').value
  if (kept) return unlockKey(kept, pass)
  const [file] = find(root, 'key-file').files
  want(file, 'opener.no_file', 'Choose your key file.')
  return importKey(new Uint8Array(await file.arrayBuffer()), pass)
}

const liveRows = '[data-live-part="rows"] tbody tr'

/** refresh takes those live parts of the page anew that have changed, one look
 * after the other. A record never changes, so one that is there is not even sent
 * again; nor are bids that are shown already, behind which the new ones go. */
let looking = Promise.resolve()
const refresh = () => (looking = looking.then(look, look))

async function look() {
  const url = new URL(location.href)
  const rows = document.querySelectorAll(liveRows).length
  if (document.querySelector('[data-live-part="record"]')?.dataset.liveVersion) url.searchParams.set('record', 'seen')
  if (rows) url.searchParams.set('rows', rows)
  const res = await fetch(url, { headers: { Accept: 'text/html' }, cache: 'no-store' })
  if (!res.ok) return
  const fresh = new DOMParser().parseFromString(await res.text(), 'text/html')
  document.querySelector('[data-live-part="rows"] tbody')?.append(...fresh.querySelectorAll(liveRows))
  for (const old of findAll(document, 'live-part')) {
    const now = fresh.querySelector(`[data-live-part="${old.dataset.livePart}"]`)
    if (!now || !now.dataset.liveVersion || now.dataset.liveVersion === old.dataset.liveVersion) continue
    old.replaceChildren(...document.importNode(now, true).childNodes)
    old.dataset.liveVersion = now.dataset.liveVersion
  }
}

/** progress shows how many bids are opened, while they are. */
function progress({ opened, of }) {
  const bar = find(document, 'live-progress')
  if (!bar || !of) return
  bar.value = opened
  fill(document, 'live-told', say('opener.opened', { done: opened, of }))
}

/** live follows a page's events: server-sent where they come through, else a
 * look every few seconds. A record is the end of it. */
function live(root) {
  const poll = () => setInterval(refresh, 5_000)
  if (typeof EventSource === 'undefined') return poll()
  const events = new EventSource(root.dataset.live)
  let opened = false
  let version
  events.onopen = () => (opened = true)
  events.onmessage = async ({ data }) => {
    const news = JSON.parse(data)
    if (news.version !== version || news.rows > document.querySelectorAll(liveRows).length) {
      version = news.version
      await refresh()
    }
    progress(news)
    if (news.state === 'recorded') events.close()
  }
  events.onerror = () => {
    if (!opened && events.readyState === EventSource.CLOSED) poll()
  }
}

/** wireOpener starts what a page has. */
export function wireOpener() {
  for (const root of findAll(document, 'opener')) keyPage(root)
  for (const form of findAll(document, 'consent')) consentForm(form)
  for (const root of findAll(document, 'release')) releasePage(root)
  for (const root of findAll(document, 'live')) live(root)
}
