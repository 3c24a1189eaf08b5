import './error-notice.css'
import type { ComponentChildren } from 'preact'
import type { ApiError } from '../common/api.ts'
import { CopyButton } from '../common/copy-button.tsx'
import { Icon } from '../common/icon.tsx'
import { useWords } from '../common/language.ts'
import { type During, errorWords } from './error-words.ts'
import { words } from './words.ts'

type ErrorNoticeProps = {
  failure: ApiError
  during?: During
  /** What did not work, where the place does not say it. */
  title?: string
  /** Buttons. */
  children?: ComponentChildren
}

/** A failure in words, with what the service itself says of it and the id under which its log has more. It stays. */
export function ErrorNotice({ failure, during, title, children }: ErrorNoticeProps) {
  const all = useWords(words)
  const { code, message, requestId } = failure
  return (
    <div class="notice danger" role="alert">
      <Icon name="warning" />
      <div class="notice-text">
        {title && <p class="notice-title">{title}</p>}
        <p class={title ? undefined : 'notice-title'}>{errorWords(failure, all, during)}</p>
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
