// How many characters are left. Characters are counted as people count them,
// and as the server does: by code point.
//
//   <div class="govuk-character-count" data-count="500"
//        data-left-one="{n} character left" data-left-other="{n} characters left"
//        data-over-one="…" data-over-other="…">
//     <textarea …></textarea><div data-count-text>At most 500 characters</div>
export function counts (root) {
  const plural = new Intl.PluralRules(document.documentElement.lang || 'en')
  const number = new Intl.NumberFormat(document.documentElement.lang || 'en')
  for (const box of root.querySelectorAll('[data-count]')) {
    const field = box.querySelector('textarea, input')
    const line = box.querySelector('[data-count-text]')
    if (!field || !line) continue
    const spoken = line.cloneNode(false)
    spoken.className = 'govuk-visually-hidden'
    spoken.removeAttribute('id')
    spoken.setAttribute('aria-live', 'polite')
    line.after(spoken)
    let later
    const show = () => {
      const left = Number(box.dataset.count) - [...field.value].length
      const form = plural.select(Math.abs(left)) === 'one' ? 'One' : 'Other'
      const words = box.dataset[(left < 0 ? 'over' : 'left') + form] ?? box.dataset[left < 0 ? 'overOther' : 'leftOther']
      line.textContent = words.replace('{n}', number.format(Math.abs(left)))
      line.classList.toggle('govuk-error-message', left < 0)
      clearTimeout(later)
      later = setTimeout(() => { spoken.textContent = line.textContent }, 1000)
    }
    line.setAttribute('aria-hidden', 'true')
    field.addEventListener('input', show)
    window.addEventListener('pageshow', show)
  }
}
