import { useLanguage } from '../common/language.ts'
import { chinese } from './chinese.ts'

/** Returns a function that translates a text of openapi.json. A text without a translation stays English. */
export function useTranslation(): (text: string) => string {
  const language = useLanguage()
  return (text) => (language === 'zh' && chinese[text]) || text
}
