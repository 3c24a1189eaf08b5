import './error-details.css'
import type { CallError } from '../../common/api.ts'
import { CopyButton } from '../../common/copy-button.tsx'
import { useTexts } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'

type ErrorDetailsProps = {
  failure: CallError
  /** Whether the message is visible already. */
  isMessageShown?: boolean
}

/** The message of the API, its code, and the request id for the log of the service, folded. */
export function ErrorDetails({ failure: { code, message, requestId }, isMessageShown = false }: ErrorDetailsProps) {
  const { details } = useTexts(consoleTexts)
  return (
    <details class="error-details">
      <summary>{details.title}</summary>
      <dl>
        {!isMessageShown && (
          <>
            <dt>{details.message}</dt>
            <dd lang="en">{message}</dd>
          </>
        )}
        <dt>{details.code}</dt>
        <dd>
          <code>{code}</code>
        </dd>
        {requestId && (
          <>
            <dt>{details.requestId}</dt>
            <dd>
              <code>{requestId}</code> <CopyButton text={requestId} what={details.requestId} />
            </dd>
          </>
        )}
      </dl>
    </details>
  )
}
