import { createSetting, useSetting } from './setting.ts'

const LANGUAGES = ['en', 'zh'] as const

export type Language = (typeof LANGUAGES)[number]

/** The same words in each language: `{ en, zh: typeof en }` is held together by the compiler. */
export type Words<W> = Record<Language, W>

/** What `lang` says of each language, and Intl takes. */
export const LOCALE: Record<Language, string> = { en: 'en', zh: 'zh-CN' }

/** The language of the pages: as chosen, else as the browser prefers. */
export const language = createSetting('language', LANGUAGES, preferred(navigator.languages))

const apply = () => {
  document.documentElement.lang = LOCALE[language.get()]
}
language.subscribe(apply)
apply()

export function useLanguage(): Language {
  return useSetting(language)
}

/** The words in the language of the page, drawn again when it changes. */
export function useWords<W>(words: Words<W>): W {
  return words[useLanguage()]
}

function preferred(tags: readonly string[]): Language {
  const known = tags.map((tag) => tag.slice(0, 2).toLowerCase())
  return LANGUAGES.find((one) => one === known.find((tag) => tag === 'en' || tag === 'zh')) ?? 'en'
}
