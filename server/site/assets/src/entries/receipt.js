import { wireActs } from '../seal/acts.js'
import { wireSafe } from '../seal/safepage.js'

wireSafe()
wireActs()
