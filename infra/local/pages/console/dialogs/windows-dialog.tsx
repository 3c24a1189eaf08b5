import { useEffect, useState } from 'preact/hooks'
import { callAction, type Sandbox, type Terminal } from '../../common/api.ts'
import { CopyButton } from '../../common/copy-button.tsx'
import { facts } from '../../common/facts.ts'
import { Icon } from '../../common/icon.tsx'
import { useTexts } from '../../common/language.ts'
import { useTask } from '../hooks/use-task.ts'
import { ErrorNotice } from '../notices/error-notice.tsx'
import { Spinner } from '../notices/spinner.tsx'
import { displayName } from '../sandbox/sandbox.ts'
import { consoleTexts } from '../texts/texts.ts'
import { Dialog } from './dialog.tsx'

/**
 * Opens a Windows sandbox: shows its new key and the address of its terminal in ECS. Nothing answers at that address for
 * an emulated machine, so for one the dialog shows the address of the machine instead.
 */
export function WindowsDialog({ sandbox, onClose }: { sandbox: Sandbox; onClose: () => void }) {
  const all = useTexts(consoleTexts)
  const { windows } = all
  const [terminal, setTerminal] = useState<Terminal>()
  const [isShown, setShown] = useState(false)
  const { isBusy, failure, run } = useTask()
  const { SandboxId } = sandbox
  const open = () => {
    run(async () => setTerminal(await callAction('DescribeSandboxTerminalUrl', { SandboxId })))
  }

  const address = (facts.isRealCloud ? terminal?.Url : sandbox.PrimaryIp) ?? ''

  // Only once, because each call sets a new key.
  useEffect(() => {
    open()
  }, [])

  return (
    <Dialog title={(facts.isRealCloud ? windows.title : windows.emulatedTitle)(displayName(sandbox))} onClose={onClose}>
      {isBusy && (
        <p class="busy" role="status">
          <Spinner /> {windows.setting}
        </p>
      )}
      {failure && (
        <ErrorNotice failure={failure} context="windows">
          <button type="button" class="button" onClick={open}>
            {all.tryAgain}
          </button>
        </ErrorNotice>
      )}
      {terminal?.OsType === 'Windows' && (
        <>
          <p>{facts.isRealCloud ? windows.text : windows.emulatedText}</p>
          <dl class="secrets">
            <div>
              <dt>{windows.key}</dt>
              <dd>
                <code class="secret">{isShown ? terminal.WindowsKey : '•'.repeat(16)}</code>
                <button
                  type="button"
                  class="button quiet"
                  aria-label={`${isShown ? windows.hide : windows.show} ${windows.theKey}`}
                  onClick={() => setShown(!isShown)}
                >
                  <Icon name="eye" /> {isShown ? windows.hide : windows.show}
                </button>
                <CopyButton text={terminal.WindowsKey} what={windows.theKey} />
              </dd>
            </div>
            <div>
              <dt>{facts.isRealCloud ? windows.url : windows.machineAddress}</dt>
              <dd>
                <code class="address">{address}</code>
                <CopyButton text={address} what={windows.theUrl} />
              </dd>
              <dd class="hint">{facts.isRealCloud ? windows.webSocket : windows.agentHint}</dd>
            </div>
          </dl>
          <p class="notice warning">{windows.keyWarning}</p>
        </>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {all.close}
        </button>
      </div>
    </Dialog>
  )
}
