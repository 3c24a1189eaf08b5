import { Icon, Logo } from './icon.tsx'
import { language, useLanguage } from './language.ts'
import { useSetting } from './setting.ts'
import { commonTexts } from './texts.ts'
import { THEMES, theme } from './theme.ts'

type HeaderProps = {
  /** The page that it is on. */
  current: 'console' | 'agents'
}

/** The header of the console: the product, links to the pages, language and theme. */
export function Header({ current }: HeaderProps) {
  const texts = commonTexts[useLanguage()]
  return (
    <header class="header">
      <div class="header-row">
        <a class="brand" href="/console#/" aria-label="ECS Manager">
          <Logo />
          <span class="brand-name">ECS Manager</span>
        </a>
        <nav aria-label={texts.pages}>
          <a href="/console#/" aria-current={current === 'console' && 'page'}>
            {texts.console}
          </a>
          <a href="/console#/connect" aria-current={current === 'agents' && 'page'}>
            {texts.agents}
          </a>
          <a href="/docs">{texts.docs}</a>
        </nav>
        <div class="preferences">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  )
}

function LanguageSwitch() {
  const [other, name, lang] =
    useLanguage() === 'en' ? (['zh', '中文', 'zh-CN'] as const) : (['en', 'English', 'en'] as const)
  return (
    <button type="button" class="button quiet" lang={lang} onClick={() => language.set(other)}>
      {name}
    </button>
  )
}

function ThemeSwitch() {
  const texts = commonTexts[useLanguage()]
  const current = useSetting(theme)
  const next = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? 'auto'
  return (
    <button
      type="button"
      class="button quiet icon-only"
      aria-label={texts.theme[current]}
      title={texts.theme[current]}
      onClick={() => theme.set(next)}
    >
      <Icon name={current === 'auto' ? 'system' : current} />
    </button>
  )
}
