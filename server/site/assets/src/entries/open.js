import { wireOpener } from '../seal/openerpage.js'

wireOpener()
