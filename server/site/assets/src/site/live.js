// A part of a page that answers while one types: dates against the rules, points
// for an example, a paper as it would be drawn.
//
//   <form data-live="panel" data-live-to="/…/check" method="post">
//   <div id="panel" aria-live="polite"> … </div>
//
// The form goes to data-live-to as it stands, and the part of the answer with the
// same id takes the place of the panel. Without a script the same address is a
// button's formaction, which shows the whole page. Where the answer has saved
// something, the form's version follows.
export function live (root) {
  for (const form of root.querySelectorAll('form[data-live]')) follow(form)
}

function follow (form) {
  const panel = document.getElementById(form.dataset.live)
  if (!panel) return
  let timer
  let running

  const ask = async () => {
    if (form.dataset.sent) return
    running?.abort()
    running = new AbortController()
    panel.setAttribute('aria-busy', 'true')
    try {
      const answer = await fetch(form.dataset.liveTo, {
        method: 'POST',
        body: new URLSearchParams([...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== '_key')),
        headers: { Accept: 'text/html' },
        redirect: 'error',
        signal: running.signal
      })
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const fresh = page.getElementById(panel.id)
      if (!fresh) return // the session is over, or the page is another: nothing is lost, nothing changes
      panel.replaceChildren(...fresh.childNodes)
      const version = page.querySelector(`form[data-live="${CSS.escape(panel.id)}"] [name=_version]`)?.value
      if (answer.ok && version && form.elements._version) form.elements._version.value = version
    } catch (problem) {
      if (problem.name !== 'AbortError') console.warn(problem)
    } finally {
      panel.setAttribute('aria-busy', 'false')
    }
  }

  const plan = () => { clearTimeout(timer); timer = setTimeout(ask, 700) }
  form.addEventListener('input', plan)
  form.addEventListener('change', plan)
}
