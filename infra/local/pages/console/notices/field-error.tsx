import type { CallError } from '../../common/api.ts'
import { useTexts } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'
import { ErrorDetails } from './error-details.tsx'
import { errorText } from './error-text.ts'

/** Says at a field why the API refused its value. The message of the API holds the rule, so it is not folded. */
export function FieldError({ failure, id }: { failure: CallError; id: string }) {
  const all = useTexts(consoleTexts)
  return (
    <div class="problem" role="alert" id={id}>
      <p>
        {errorText(failure, all)} <span lang="en">{failure.message}</span>
      </p>
      <ErrorDetails failure={failure} isMessageShown />
    </div>
  )
}
