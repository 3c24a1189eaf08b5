import type { Words } from '../common/language.ts'
import { chinese } from './chinese.ts'
import { type ConsoleWords, english } from './english.ts'

/** What the console says; the compiler holds both languages to the same keys. */
export const words: Words<ConsoleWords> = { en: english, zh: chinese }
