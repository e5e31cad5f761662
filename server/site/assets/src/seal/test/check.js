// The few assertions that the cases need, with no runner behind them.

/** @param {unknown} got @param {unknown} wanted @param {string} [what] */
export function same(got, wanted, what = '') {
  const a = JSON.stringify(got)
  const b = JSON.stringify(wanted)
  if (a !== b) throw new Error(`${what} got ${a?.slice(0, 300)}, want ${b?.slice(0, 300)}`)
}

/** fails wants work to throw a fault of this code; '' wants it to succeed.
 * @param {string} code @param {() => unknown} work @param {string} [what] */
export async function fails(code, work, what = '') {
  let got = ''
  try {
    await work()
  } catch (err) {
    got = err.code ?? String(err.stack)
  }
  same(got, code, what)
}
