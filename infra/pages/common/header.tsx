import { Icon, Mark } from './icon.tsx'
import { language, useLanguage } from './language.ts'
import { useSetting } from './setting.ts'
import { THEMES, theme } from './theme.ts'
import { commonWords } from './words.ts'

/** The head of every page: what this is, where else to go, and how it should look. */
export function Header({ page }: { page: 'console' | 'docs' }) {
  const words = commonWords[useLanguage()]
  const link = (to: typeof page) => (
    <a href={`/${to}`} aria-current={to === page ? 'page' : undefined}>
      {words[to]}
    </a>
  )
  return (
    <header class="header">
      <div class="header-row">
        <a class="brand" href="/console" aria-label="ECS Manager">
          <Mark />
          <span class="brand-name">ECS Manager</span>
        </a>
        <nav aria-label={words.pages}>
          {link('console')}
          {link('docs')}
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
  const words = commonWords[useLanguage()]
  const chosen = useSetting(theme)
  const next = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length] ?? 'auto'
  return (
    <button
      type="button"
      class="button quiet icon-only"
      aria-label={words.theme[chosen]}
      title={words.theme[chosen]}
      onClick={() => theme.set(next)}
    >
      <Icon name={chosen === 'auto' ? 'system' : chosen} />
    </button>
  )
}
