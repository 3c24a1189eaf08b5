import { useEffect, useRef } from 'preact/hooks'
import { type ApiResponse, type CallError, CLIENT_CODES } from '../common/api.ts'
import { CopyButton } from '../common/copy-button.tsx'
import { Icon } from '../common/icon.tsx'
import { useTexts } from '../common/language.ts'
import { Json } from './json.tsx'
import { docsTexts } from './texts.ts'

/** The answer to a request, whatever its status, or why there is none. */
export type RequestOutcome = { answer: ApiResponse; failure?: never } | { answer?: never; failure: CallError }

export function AnswerView({ outcome: { answer, failure } }: { outcome: RequestOutcome }) {
  const all = useTexts(docsTexts).try
  const section = useRef<HTMLElement>(null)
  useEffect(() => section.current?.scrollIntoView({ block: 'nearest' }), [answer])
  if (failure) {
    return (
      <p class="no-answer">
        <Icon name="warning" /> {failure.code === CLIENT_CODES.timeout ? all.late : all.noAnswer}
      </p>
    )
  }
  const { status, headers, milliseconds } = answer
  const text = indented(answer.text)
  const requestId = headers.get('X-Request-ID')
  const retryAfter = headers.get('Retry-After')
  return (
    <section class="answer" ref={section} aria-label={all.answer}>
      <h3>{all.answer}</h3>
      <p class="answer-facts">
        <strong class={`status ${status < 300 ? 'good' : 'bad'}`}>{status}</strong>
        <span>{all.milliseconds(milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0))}</span>
        {retryAfter && <span>{all.retryAfter(retryAfter)}</span>}
        {requestId && (
          <span class="request-id">
            <span class="muted">{all.requestId}</span> <code>{requestId}</code>
            <CopyButton text={requestId} what={all.theRequestId} />
          </span>
        )}
      </p>
      <div class="copied-block">
        <Json value={text} />
        <CopyButton text={text} what={all.theAnswer} />
      </div>
    </section>
  )
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
