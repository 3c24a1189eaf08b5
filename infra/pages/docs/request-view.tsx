import { CopyButton } from '../common/copy-button.tsx'
import { useTexts } from '../common/language.ts'
import { curl, http, type Request } from './request.ts'
import { docsTexts } from './texts.ts'

type RequestViewProps = {
  request: Request
  hasKey: boolean
  isInBody: boolean
  /** Undefined if there is only one way to send it. */
  onInBody: ((isInBody: boolean) => void) | undefined
}

/** Shows a request as it will be sent, to read and to copy. */
export function RequestView({ request, hasKey, isInBody, onInBody }: RequestViewProps) {
  const all = useTexts(docsTexts).try
  const blocks = [
    [http(request), all.request, all.theRequest],
    [curl(request, location.origin, hasKey), all.curl, all.theCurl],
  ] as const
  return (
    <section class="request" aria-label={all.request}>
      {onInBody && (
        <fieldset class="choices picker" aria-label={all.how}>
          {[false, true].map((choice) => (
            <label key={`${choice}`} class="choice">
              <input type="radio" name="way" checked={isInBody === choice} onChange={() => onInBody(choice)} />
              {choice ? all.json : all.query}
            </label>
          ))}
        </fieldset>
      )}
      {blocks.map(([text, title, what]) => (
        <div key={title}>
          <h3>{title}</h3>
          <div class="copied-block">
            <pre class="block wrapped">
              <code>{text}</code>
            </pre>
            <CopyButton text={text} what={what} />
          </div>
        </div>
      ))}
    </section>
  )
}
