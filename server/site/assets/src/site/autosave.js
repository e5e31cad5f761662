// Drafts that the server keeps are saved while one types:
//
//   <form data-autosave="/…/draft">
//     <input type="hidden" name="_version" value="7">
//     <p class="pb-saved" role="status" data-saving="…" data-saved="…" data-failed="…" data-conflict="…" data-signin="…"></p>
//
// The form goes to data-autosave as it stands. 200 or 204 means kept, and the
// answer's ETag becomes the next version. 409 or 412: somebody else changed it.
// 401 or 403: the session is over. What could not be saved is tried again; the
// page warns before it is left with something unsaved. A bid never goes this
// way: its form has no data-autosave.
export function autosave (root) {
  for (const form of root.querySelectorAll('form[data-autosave]')) keep(form)
}

function keep (form) {
  const line = form.querySelector('.pb-saved')
  const url = form.dataset.autosave
  let dirty = false; let busy = false; let timer; let wait = 1500

  const say = state => {
    if (!line || !(state in line.dataset)) return
    line.dataset.state = state
    line.textContent = line.dataset[state]
  }

  const save = async () => {
    if (busy || !dirty || form.dataset.sent) return
    busy = true; dirty = false
    say('saving')
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams([...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== '_key')),
        headers: { 'X-Autosave': '1', Accept: 'application/json' },
        redirect: 'error'
      })
      if (answer.ok) {
        const version = answer.headers.get('ETag')?.replaceAll('"', '')
        if (version && form.elements._version) form.elements._version.value = version
        wait = 1500
        say('saved')
      } else if ([409, 412].includes(answer.status)) {
        return say('conflict')
      } else if ([401, 403].includes(answer.status)) {
        dirty = true
        return say('signin')
      } else if (answer.status === 422 || answer.status === 400) {
        say('failed') // the person mends it; sending the same again does not
      } else {
        throw new Error(String(answer.status))
      }
    } catch {
      dirty = true
      wait = Math.min(wait * 2, 60000)
      say('failed')
    } finally {
      busy = false
    }
    if (dirty) plan()
  }

  const plan = () => { clearTimeout(timer); timer = setTimeout(save, wait) }

  form.addEventListener('input', () => { dirty = true; plan() })
  window.addEventListener('online', () => { wait = 1500; save() })
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') save() })
  window.addEventListener('beforeunload', event => {
    if ((dirty || busy) && !form.dataset.sent) event.preventDefault()
  })
}
