import { createSetting } from './setting.ts'

export const THEMES = ['auto', 'light', 'dark'] as const

export type Theme = (typeof THEMES)[number]

/** `auto` follows the system. theme.css reads the value from the `<html>` element. */
export const theme = createSetting('theme', THEMES, 'auto')

const apply = () => {
  document.documentElement.dataset.theme = theme.get()
}
theme.subscribe(apply)
apply()
