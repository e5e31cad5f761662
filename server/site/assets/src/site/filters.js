// Filters act as they are chosen. The list is exchanged in place: the focus
// stays where it is, the address follows, and the new count is announced.
//
//   <form method="get" action="/tenders" data-filters="results">
//   <div id="results" aria-busy="false"> … <p data-announce>…</p> … </div>
export function filters (root) {
  const form = root.querySelector('form[data-filters]')
  const list = form && document.getElementById(form.dataset.filters)
  if (wide.matches || !form) openPanels(root)
  if (!list) return

  const voice = document.createElement('div')
  voice.className = 'govuk-visually-hidden'
  voice.setAttribute('role', 'status')
  list.before(voice)

  let running
  const load = async address => {
    running?.abort()
    running = new AbortController()
    list.setAttribute('aria-busy', 'true')
    try {
      const answer = await fetch(address, { signal: running.signal, headers: { Accept: 'text/html' } })
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(list.id)
      if (!answer.ok || !fresh) return location.assign(address)
      list.replaceChildren(...fresh.childNodes)
      history.replaceState(null, '', address)
      voice.textContent = list.querySelector('[data-announce]')?.textContent ?? ''
    } catch (problem) {
      if (problem.name !== 'AbortError') location.assign(address)
    } finally {
      list.setAttribute('aria-busy', 'false')
    }
  }

  form.addEventListener('change', event => {
    if (event.target.matches('select, [type=checkbox], [type=radio]')) load(address(form))
  })
}

const wide = matchMedia('(min-width: 64em)')

function openPanels (root) {
  if (wide.matches) root.querySelectorAll('details.pb-filters').forEach(el => { el.open = true })
}

function address (form) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''))
  const url = new URL(form.action)
  url.search = query
  return url
}
