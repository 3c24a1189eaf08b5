import { useTexts } from '../common/language.ts'
import { MarkedText } from './marked-text.tsx'
import type { Api } from './openapi.ts'
import { linkTo } from './route.ts'
import { docsTexts } from './texts.ts'
import { useTranslation } from './translation.ts'

/** How to call the API, and its operations. */
export function Overview({ api }: { api: Api }) {
  const all = useTexts(docsTexts)
  const translate = useTranslation()
  const [introduction = '', ...rest] = api.description.split('\n\n')
  return (
    <div class="text">
      <h1 tabIndex={-1}>
        {api.title} {all.title} <span class="version">{api.version}</span>
      </h1>
      <MarkedText text={introduction} />
      <dl class="operations">
        {api.groups.flatMap(({ operations }) =>
          operations.map(({ id, summary }) => (
            <div key={id}>
              <dt>
                <a href={linkTo(id)}>{id}</a>
              </dt>
              <dd>{translate(summary)}</dd>
            </div>
          )),
        )}
      </dl>
      <MarkedText text={rest.join('\n\n')} />
      <p class="muted">
        {all.forTools} <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1)
      </p>
    </div>
  )
}
