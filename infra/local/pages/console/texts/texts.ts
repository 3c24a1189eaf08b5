import type { Translations } from '../../common/language.ts'
import { chinese } from './chinese.ts'
import { type ConsoleTexts, english } from './english.ts'

export const consoleTexts: Translations<ConsoleTexts> = { en: english, zh: chinese }
