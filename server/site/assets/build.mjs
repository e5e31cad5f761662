// Makes the style sheet with dart-sass and the scripts with esbuild. Each
// file of src/entries becomes one script of the same name in dist/.
import { build } from 'esbuild'
import { mkdirSync, readdirSync, readFileSync, writeFileSync, copyFileSync } from 'node:fs'
import { compile } from 'sass'

const out = process.argv[2]
mkdirSync(out, { recursive: true })

const sheet = compile('src/scss/app.scss', {
  style: 'compressed',
  loadPaths: ['node_modules/govuk-frontend/dist'],
  quietDeps: true,
  charset: false
})
// The palette is always there, so that the fallback beside each of its uses
// is weight without a reader.
const css = sheet.css.replace(/var\((--govuk-[a-z-]+), ?#[0-9a-f]+\)/g, 'var($1)')
writeFileSync(`${out}/app.css`, css + '\n')

await build({
  entryPoints: readdirSync('src/entries').map(name => `src/entries/${name}`),
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022'],
  charset: 'utf8',
  legalComments: 'linked',
  logLevel: 'warning'
})

for (const name of readdirSync('src/static')) copyFileSync(`src/static/${name}`, `${out}/${name}`)
writeFileSync(`${out}/licence.txt`, readFileSync('LICENSE.govuk-frontend', 'utf8') + '\n' + readFileSync('LICENSE.noble', 'utf8'))
