import './error-notice.css'
import type { ComponentChildren } from 'preact'
import type { CallError } from '../../common/api.ts'
import { Icon } from '../../common/icon.tsx'
import { useTexts } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'
import { ErrorDetails } from './error-details.tsx'
import { type ErrorContext, errorText } from './error-text.ts'

type ErrorNoticeProps = {
  failure: CallError
  context?: ErrorContext
  /** What failed, if the place of the notice does not make it clear. */
  title?: string
  /** Buttons. */
  children?: ComponentChildren
}

/** Says what a failure means. Everything else about it is under "Details". */
export function ErrorNotice({ failure, context, title, children }: ErrorNoticeProps) {
  const all = useTexts(consoleTexts)
  return (
    <div class="notice danger" role="alert">
      <Icon name="warning" />
      <div class="notice-text">
        {title && <p class="notice-title">{title}</p>}
        <p class={title ? undefined : 'notice-title'}>{errorText(failure, all, context)}</p>
        <ErrorDetails failure={failure} />
        {children && <div class="notice-actions">{children}</div>}
      </div>
    </div>
  )
}
