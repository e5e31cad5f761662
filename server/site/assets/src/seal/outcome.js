// What each cause of a verdict means: the one table, as the server's package
// seal has it. After a bid is stored, missing or wrong bytes are never the
// bidder's fault.

const void_ = (blame = 'bidder') => ({ state: 'void', blame })
const missing = { state: 'missing', blame: 'operator' }

/** @type {Record<string, {state: string, blame: string}>} */
export const causes = {
  'seal.header_missing': missing,
  'seal.header_altered': missing,
  'seal.header_form': void_(),
  'seal.context': void_(),
  'seal.openers': void_('operator'),
  'seal.header_seats': void_(),
  'seal.payload_form': void_(),
  'seal.payload_parts': void_(),
  'seal.reseal': void_(),
  'seal.seed_unproven': { state: 'unopened', blame: 'none' },
  'seal.shares_unusable': void_(),
  'seal.shares_missing': { state: 'unopened', blame: 'opener' },
  'seal.payload_missing': missing,
  'seal.payload_altered': missing,
  'seal.payload_age': void_(),
  'seal.container': void_(),
  'seal.share_decrypt': void_(),
  'seal.share_record': void_(),
  'seal.share_commitment': void_()
}

/** outcome of a cause; '' is success. @param {string} cause
 * @returns {{state: string, cause: string, blame: string}} */
export function outcome(cause) {
  if (cause === '') return { state: 'opened', cause, blame: 'none' }
  const m = causes[cause]
  if (!m) throw new Error(`no meaning for cause ${cause}`)
  return { ...m, cause }
}
