import './error-notice.css'
import type { ComponentChildren } from 'preact'
import type { CallError } from '../../common/api.ts'
import { CopyButton } from '../../common/copy-button.tsx'
import { Icon } from '../../common/icon.tsx'
import { useTexts } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'
import { type ErrorContext, errorText } from './error-text.ts'

type ErrorNoticeProps = {
  failure: CallError
  context?: ErrorContext
  /** What failed, if the place of the notice does not make it clear. */
  title?: string
  /** Buttons. */
  children?: ComponentChildren
}

/** Describes a failure, with the message of the API, its code, and the request id for the log of the service. */
export function ErrorNotice({ failure, context, title, children }: ErrorNoticeProps) {
  const all = useTexts(consoleTexts)
  const { code, message, requestId } = failure
  return (
    <div class="notice danger" role="alert">
      <Icon name="warning" />
      <div class="notice-text">
        {title && <p class="notice-title">{title}</p>}
        <p class={title ? undefined : 'notice-title'}>{errorText(failure, all, context)}</p>
        <p class="notice-message" lang="en">
          {message}
        </p>
        <p class="notice-facts">
          <code>{code}</code>
          {requestId && (
            <span class="copied-text">
              <span class="muted">{all.requestId}</span> <code>{requestId}</code>
              <CopyButton text={requestId} what={all.requestId} />
            </span>
          )}
        </p>
        {children && <div class="notice-actions">{children}</div>}
      </div>
    </div>
  )
}
