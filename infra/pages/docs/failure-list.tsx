import './failure-list.css'
import { useTexts } from '../common/language.ts'
import { Line } from './marked-text.tsx'
import type { Failure } from './openapi.ts'
import { docsTexts } from './texts.ts'
import { useTranslation } from './translation.ts'

/** The possible errors, by status. Each status expands to its codes, their causes and their messages. */
export function FailureList({ failures }: { failures: readonly Failure[] }) {
  const all = useTexts(docsTexts)
  const translate = useTranslation()
  const named = (code: string) => (code === '*' ? <em key={code}>{all.anyCode}</em> : <code key={code}>{code}</code>)
  return (
    <div class="failures">
      {failures.map(({ status, description, codes }) => (
        <details key={status}>
          <summary>
            <strong>{status}</strong>
            <span>
              <Line text={translate(description)} />
              <span class="codes">{codes.map(({ code }) => named(code))}</span>
            </span>
          </summary>
          <dl>
            {codes.map(({ code, when, example }) => (
              <div key={code}>
                <dt>{named(code)}</dt>
                <dd>
                  <Line text={translate(when)} />
                  <p class="message" lang="en">
                    {example.Code === code ? '' : `${example.Code}: `}
                    {example.Message}
                  </p>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </div>
  )
}
