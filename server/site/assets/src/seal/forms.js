// data-sign and data-enrol: forms whose act needs the person's own key. What
// they expect of a page stands in index.js.
import { hexH, parseCanon, canonBytes } from './canon.js'
import { hex, utf8 } from './bytes.js'
import { call } from './api.js'
import { canPasskey, canStore, enrolment, forget, makePasskey, makeStored } from './device.js'
import { busy, field, fill, find, make, sendOn, show } from './dom.js'
import { Fault, want } from './fault.js'
import { digest } from './native.js'
import { signers } from './signers.js'
import { has, say, sayError } from './words.js'

/** at follows a dotted path into an answer. */
const at = (v, path) => (path ? path.split('.').reduce((x, name) => x?.[name], v) : v)

/** signing reads what a form wants signed and holds it to what the form says.
 * @param {DOMStringMap} d the form's data attributes */
async function signing(d) {
  const given = d.signInline ? { domain: d.signDomain, record: d.signInline } : at(await call(d.sign), d.signAt)
  want(given?.record, 'sign.nothing', 'There is nothing to sign.')
  want(given.domain === d.signDomain, 'sign.other', 'The server asks for another kind of signature.')
  const bytes = utf8(given.record)
  const record = parseCanon(bytes)
  for (const [name, value] of Object.entries(JSON.parse(d.signIs || '{}'))) {
    want(record[name] === value, 'sign.other', 'The record is not about what this page shows.')
  }
  if (d.signHash) await sameHash(record, d.signHash)
  if (d.signFile) await sameFile(record, d.signFile)
  return { record, bytes }
}

/** sameHash computes a hash in the record from what the server shows:
 * "MEMBER DOMAIN URL PATH". */
async function sameHash(record, rule) {
  const [member, domain, url, path] = rule.split(' ')
  const shown = at(await call(url), path)
  want(
    shown !== undefined && record[member] === hexH(domain, canonBytes(shown)),
    'sign.other',
    'The record is not about what this page shows.'
  )
}

/** sameFile computes the hash of a paper that the person has before them:
 * "MEMBER URL". */
async function sameFile(record, rule) {
  const [member, url] = rule.split(' ')
  const paper = await call(url, { bytes: true })
  want(record[member] === hex(await digest(paper)), 'sign.other', 'The paper is not the one that the record names.')
}

/** rows shows a record member by member, under the page's words for them. */
function rows(list, record) {
  list.replaceChildren()
  for (const [name, value] of Object.entries(record)) {
    if (name === 'v' && has('record.v') === false) continue
    const row = make('div', undefined, { class: 'govuk-summary-list__row' })
    const shown = make('dd', undefined, { class: 'govuk-summary-list__value pb-wraps' })
    shown.append(valueOf(name, value))
    row.append(make('dt', labelOf(name), { class: 'govuk-summary-list__key' }), shown)
    list.append(row)
  }
}

const colon = () => (has('record.colon') ? say('record.colon') : ': ')
const labelOf = (name) => (has(`record.${name}`) ? say(`record.${name}`) : name)

/** valueOf is what a member says, as it is signed: a browser that translates
 * pages leaves it alone. Where there are words for it, they stand before it.
 * @returns {Node} */
function valueOf(name, value) {
  if (value !== null && typeof value === 'object') {
    const list = make('ul', undefined, { class: 'govuk-list' })
    for (const [inner, v] of Object.entries(value)) {
      const item = make('li')
      if (!Array.isArray(value)) item.append(make('span', labelOf(inner) + colon(), { class: 'pb-soft' }))
      item.append(valueOf(inner, v))
      list.append(item)
    }
    return list
  }
  const plain = make('span', String(value), { translate: 'no' })
  if (!has(`record.${name}.${value}`)) return plain
  const both = make('span', `${say(`record.${name}.${value}`)} (`)
  both.append(plain, ')')
  return both
}

/** signForm makes a form sign before it is sent. @param {HTMLFormElement} form */
async function signForm(form) {
  const d = form.dataset
  const fail = (err) => {
    fill(form, 'sign-status', sayError(err))
    form.dataset.signState = 'failed'
  }
  let ready
  let list = []
  const prepare = async () => {
    list = await signers(d.signUser)
    const choice = find(form, 'sign-with')
    choice?.replaceChildren(...list.map((s, i) => make('option', s.label, { value: String(i) })))
    show(form, 'sign-none', list.length === 0)
    show(form, 'sign-some', list.length > 0)
    ready = await signing(d)
    const shown = find(form, 'sign-shows')
    if (shown) rows(shown, ready.record)
    form.dataset.signState = list.length ? 'ready' : 'no-key'
  }
  let loading = prepare()
  loading.catch(fail)

  form.addEventListener('submit', (event) => {
    const signature = field(form, 'signature')
    if (signature.value) return // signed; let it go
    event.preventDefault()
    const submitter = event.submitter
    busy(form, async () => {
      try {
        await loading.catch(() => (loading = prepare()))
        const chosen = list[Number(find(form, 'sign-with')?.value ?? 0)]
        want(chosen, 'sign.no_key', 'There is no key to sign with on this device.')
        fill(form, 'sign-status', say('sign.waiting'))
        signature.value = JSON.stringify(await chosen.signer.sign(d.signDomain, ready.bytes))
        const record = form.elements.namedItem('record')
        if (record) record.value = new TextDecoder().decode(ready.bytes)
        fill(form, 'sign-status', say('sign.done'))
        form.dataset.signState = 'signed'
        sendOn(form, submitter)
      } catch (err) {
        fail(err)
      }
    })
  })
  // Back to this page from the next one: what was signed has been sent.
  addEventListener('pageshow', (event) => {
    if (event.persisted) field(form, 'signature').value = ''
  })
}

/** enrolForm makes a key before the form is sent. @param {HTMLFormElement} form */
async function enrolForm(form) {
  const d = form.dataset
  show(form, 'enrol-stored', await canStore())
  show(form, 'enrol-passkey', canPasskey())
  form.addEventListener('submit', (event) => {
    const key = field(form, 'key')
    if (key.value) return
    event.preventDefault()
    const submitter = event.submitter
    busy(form, async () => {
      let made
      try {
        const label = field(form, 'label').value.trim()
        want(label, 'device.label', 'Give the key a name.')
        const who = { user: d.enrolUser, name: d.enrolName, label, site: d.enrolSite }
        fill(form, 'enrol-status', say('device.making'))
        made = kindOf(form) === 'passkey' ? await makePasskey(who) : await makeStored(who.user, label)
        const out = await enrolment(made)
        field(form, 'proof').value = JSON.stringify(out.proof)
        key.value = JSON.stringify(out.key)
        fill(form, 'enrol-status', say('device.made'))
        sendOn(form, submitter)
      } catch (err) {
        if (made) await forget(made.id)
        key.value = ''
        fill(form, 'enrol-status', sayError(err))
      }
    })
  })
}

function kindOf(form) {
  const kind = new FormData(form).get('kind')
  if (kind !== 'stored' && kind !== 'passkey') throw new Fault('device.kind', 'Choose where the key is kept.')
  return kind
}

/** wire takes over the forms of a page. */
export function wireForms(root = document) {
  for (const form of root.querySelectorAll('form[data-sign]')) signForm(form)
  for (const form of root.querySelectorAll('form[data-enrol]')) enrolForm(form)
}
