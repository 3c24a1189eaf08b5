import { useTexts } from '../common/language.ts'
import type { Api } from './openapi.ts'
import { linkTo } from './route.ts'
import { docsTexts } from './texts.ts'
import { useTranslation } from './translation.ts'

/** The list of operations at the side, or a select on narrow screens. */
export function Navigation({ groups, current }: { groups: Api['groups']; current: string }) {
  const all = useTexts(docsTexts)
  const translate = useTranslation()
  const link = (name: string, text: string) => (
    <li key={name}>
      <a href={linkTo(name)} aria-current={name === current ? 'page' : undefined}>
        {text}
      </a>
    </li>
  )
  return (
    <nav class="contents" aria-label={all.contents}>
      <select
        class="input"
        aria-label={all.show}
        value={current}
        onChange={({ currentTarget }) => {
          location.hash = linkTo(currentTarget.value)
        }}
      >
        <option value="">{all.overview}</option>
        {groups.map(({ name, operations }) => (
          <optgroup key={name} label={translate(name)}>
            {operations.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <ul>{link('', all.overview)}</ul>
      {groups.map(({ name, operations }) => (
        <section key={name}>
          <h2>{translate(name)}</h2>
          <ul>{operations.map(({ id }) => link(id, id))}</ul>
        </section>
      ))}
    </nav>
  )
}
