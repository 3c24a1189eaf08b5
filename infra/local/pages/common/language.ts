import { createSetting, useSetting } from './setting.ts'

const LANGUAGES = ['en', 'zh'] as const

export type Language = (typeof LANGUAGES)[number]

/** The same texts in each language. */
export type Translations<Texts> = Record<Language, Texts>

/** The language tag of each language, for `lang` and Intl. */
export const LOCALE: Record<Language, string> = { en: 'en', zh: 'zh-CN' }

/** The language of the pages: the one that was chosen, otherwise the one that the browser prefers. */
export const language = createSetting('language', LANGUAGES, preferred(navigator.languages))

const apply = () => {
  document.documentElement.lang = LOCALE[language.get()]
}
language.subscribe(apply)
apply()

export function useLanguage(): Language {
  return useSetting(language)
}

/** Returns the texts in the language of the page, and renders the component again when the language changes. */
export function useTexts<Texts>(translations: Translations<Texts>): Texts {
  return translations[useLanguage()]
}

function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const found = LANGUAGES.find((language) => language === tag.slice(0, 2).toLowerCase())
    if (found) return found
  }
  return 'en'
}
