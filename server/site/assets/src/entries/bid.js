import { wirePending } from '../seal/pending.js'
import { wireProfile } from '../seal/profile.js'
import { wireRescue } from '../seal/rescue.js'
import { wireWizard } from '../seal/wizard.js'

wireWizard()
wirePending()
wireProfile()
wireRescue()
