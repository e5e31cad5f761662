// Copy buttons exist only where a script can copy:
//   <button type="button" hidden data-copy="text or #id" data-copied="Copied">Copy</button>
export function copies (root) {
  if (!navigator.clipboard) return
  for (const button of root.querySelectorAll('button[data-copy]')) {
    const before = button.textContent
    button.hidden = false
    button.setAttribute('aria-live', 'polite')
    button.addEventListener('click', async () => {
      const what = button.dataset.copy
      const text = what.startsWith('#') ? document.querySelector(what).textContent : what
      await navigator.clipboard.writeText(text.trim())
      button.textContent = button.dataset.copied
      setTimeout(() => { button.textContent = before }, 2500)
    })
  }
  for (const button of root.querySelectorAll('button[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  }
}
