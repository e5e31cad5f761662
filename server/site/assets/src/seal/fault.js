/**
 * Fault is a refusal with a stable code, like the server's own. `text` is a
 * sentence for whoever reads a console; what people see is looked up by code
 * (see words.js).
 */
export class Fault extends Error {
  /**
   * @param {string} code
   * @param {string} [text]
   * @param {{status?: number, fields?: Record<string, string>, values?: Record<string, string | number>, request?: string, after?: number, cause?: unknown}} [more]
   */
  constructor(code, text, more = {}) {
    super(text ?? code, { cause: more.cause })
    this.name = 'Fault'
    this.code = code
    this.status = more.status ?? 0
    this.fields = more.fields
    /** What the page's words for the code leave open: "{cell}". */
    this.values = more.values
    this.request = more.request ?? ''
    this.after = more.after ?? 0
  }
}

/**
 * want throws a Fault unless ok.
 * @param {unknown} ok
 * @param {string} code
 * @param {string} [text]
 * @returns {asserts ok}
 */
export function want(ok, code, text) {
  if (!ok) throw new Fault(code, text)
}

/** @param {unknown} err @param {string} code */
export const coded = (err, code) => err instanceof Fault && err.code === code
