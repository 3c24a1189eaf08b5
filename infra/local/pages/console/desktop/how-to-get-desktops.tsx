import { CopyButton } from '../../common/copy-button.tsx'
import { useTexts } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'

const COMMAND = 'npm start -- --desktops'

/** Says how to start the local cloud so that its machines have desktops. */
export function HowToGetDesktops() {
  const { desktop } = useTexts(consoleTexts)
  return (
    <>
      <p class="muted">{desktop.noDesktops}</p>
      <p class="command">
        <code>{COMMAND}</code>
        <CopyButton text={COMMAND} what={COMMAND} />
      </p>
    </>
  )
}
