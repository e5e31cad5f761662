package browsertest

// English lists what a page in Chinese says in English: texts, also those that
// are only read out, of at least three words in Latin letters one after the
// other. It leaves out what people have said, which is marked as being in
// another language or in one that nobody knows (lang), wherever it stands; what
// is no language at all (code, translate="no"), what is being typed,
// addresses, and the names that tests invent.
func (p *Page) English() []string {
	p.t.Helper()
	var list []string
	p.Eval(inEnglish, &list)
	return list
}

const inEnglish = `(() => {
	const words = /[A-Za-z][a-z'’]*(?:[ ,;:.]+[A-Za-z][a-z'’]*){2,}/
	const address = /\S*[@/_]\S*|Name of [\w-]+/g
	const spared = 'script, style, template, noscript, textarea, code, kbd, samp, pre, [translate="no"]'
	const ours = e => (e.closest('[lang]')?.lang ?? '').startsWith('zh') && !e.closest(spared)
	const said = [...document.querySelectorAll('body [lang], [translate="no"]')].filter(e => !ours(e)).map(e => e.textContent.trim()).filter(Boolean).sort((a, b) => b.length - a.length)
	const found = new Set()
	const look = (e, says) => {
		if (!says || !ours(e)) return
		for (const s of said) says = says.replaceAll(s, '…')
		const hit = says.replace(address, '…').match(words)
		if (hit) found.add(hit[0] + ' — ' + e.outerHTML.replace(/\s+/g, ' ').slice(0, 160))
	}
	for (const e of document.querySelectorAll('*')) {
		for (const n of e.childNodes) if (n.nodeType === Node.TEXT_NODE) look(e, n.data)
		for (const a of ['title', 'alt', 'aria-label', 'placeholder']) look(e, e.getAttribute(a))
		if (e.matches('input[type=submit], input[type=button]')) look(e, e.value)
	}
	return [...found]
})()`
