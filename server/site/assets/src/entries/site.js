// What a script adds to pages that work without one. Every sentence comes from
// the page, in its language; nothing here decides anything.
import { autosave } from '../site/autosave.js'
import { clocks } from '../site/clock.js'
import { copies } from '../site/copy.js'
import { counts } from '../site/count.js'
import { errors } from '../site/errors.js'
import { filters } from '../site/filters.js'
import { live } from '../site/live.js'
import { once } from '../site/once.js'
import { reveals } from '../site/reveal.js'

document.documentElement.classList.add('js')

for (const start of [errors, once, reveals, counts, copies, clocks, autosave, live, filters]) {
  try {
    start(document)
  } catch (problem) {
    console.error(problem) // one broken helper must not take the others along
  }
}
