import { wireForms } from '../seal/forms.js'

wireForms()
