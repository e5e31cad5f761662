// A second click on the same button sends nothing. The server is safe against
// it as well; this spares people the question whether it was.
export function once (root) {
  root.addEventListener('submit', event => {
    const form = event.target
    if (event.defaultPrevented || form.method !== 'post') return
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
    const button = event.submitter
    button?.setAttribute('aria-busy', 'true')
    setTimeout(() => free(form), 15000)
  })
  // A page that comes back from the browser's memory can be sent again.
  window.addEventListener('pageshow', event => {
    if (event.persisted) document.querySelectorAll('form[data-sent]').forEach(free)
  })
}

function free (form) {
  delete form.dataset.sent
  form.querySelectorAll('[aria-busy]').forEach(el => el.removeAttribute('aria-busy'))
}
