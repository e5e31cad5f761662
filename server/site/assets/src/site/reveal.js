// A choice that asks for more: what data-reveals names shows only while the
// radio or checkbox is chosen. Without a script it always shows.
export function reveals (root) {
  const all = [...root.querySelectorAll('input[data-reveals]')]
  if (all.length === 0) return
  const show = () => {
    for (const input of all) {
      const more = document.getElementById(input.dataset.reveals)
      if (more) more.hidden = !input.checked
    }
  }
  root.addEventListener('change', show)
  window.addEventListener('pageshow', show)
  show()
}
