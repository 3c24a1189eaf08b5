import type { Translations } from './language.ts'

const en = {
  console: 'Console',
  agents: 'Agents',
  docs: 'API',
  pages: 'Pages',
  theme: { auto: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' },
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'The browser does not allow copying.',
}

const zh: typeof en = {
  console: '控制台',
  agents: '智能体',
  docs: 'API',
  pages: '页面',
  theme: { auto: '主题：跟随系统', light: '主题：浅色', dark: '主题：深色' },
  copy: '复制',
  copied: '已复制',
  notCopied: '浏览器不允许复制。',
}

/** Texts of the parts that all pages share. */
export const commonTexts: Translations<typeof en> = { en, zh }
