import { useLanguage } from '../common/language.ts'
import { chinese } from './chinese.ts'

/** Puts a text of the description into the language of the page. One that is not known there stays English. */
export function useTranslation(): (text: string) => string {
  const language = useLanguage()
  return (text) => (language === 'zh' && chinese[text]) || text
}
