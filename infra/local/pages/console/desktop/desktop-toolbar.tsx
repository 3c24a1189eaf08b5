import type RFB from '@novnc/novnc'
import type { RefObject } from 'preact'
import type { Sandbox } from '../../common/api.ts'
import { Icon, type IconName } from '../../common/icon.tsx'
import { useTexts } from '../../common/language.ts'
import type { Sandboxes } from '../api/use-sandboxes.ts'
import { useMediaQuery } from '../hooks/use-media-query.ts'
import { useNow } from '../hooks/use-now.ts'
import { LIST_HASH } from '../routes.ts'
import { Name, RemainingTime, Status } from '../sandbox/cells.tsx'
import { canChangePower, POWER_CHANGES } from '../sandbox/power.ts'
import { canRenew, displayStatus } from '../sandbox/sandbox.ts'
import { consoleTexts } from '../texts/texts.ts'
import type { DesktopDialog } from './desktop.tsx'
import { TouchKeyboard } from './touch-keyboard.tsx'
import { useFullscreen } from './use-fullscreen.ts'

type DesktopToolbarProps = {
  page: RefObject<HTMLElement | null>
  /** Gets the focus when the user leaves the desktop by keyboard. */
  firstTool: RefObject<HTMLButtonElement | null>
  sandbox: Sandbox | undefined
  name: string
  /** Undefined while there is no connection. */
  rfb: RFB | undefined
  isScaled: boolean
  onScale: (isScaled: boolean) => void
  isViewOnly: boolean
  onViewOnly: (isViewOnly: boolean) => void
  isClipboardOpen: boolean
  onClipboard: (isOpen: boolean) => void
  may: Sandboxes['may']
  onDialog: (dialog: DesktopDialog) => void
}

/** A phone or a tablet, which seldom has a hardware keyboard. */
const TOUCH_QUERY = '(hover: none) and (pointer: coarse)'

/** The bar above the desktop: the sandbox, its remaining time, and the tools. */
export function DesktopToolbar(props: DesktopToolbarProps) {
  const { page, firstTool, sandbox, name, rfb, isScaled, isViewOnly, isClipboardOpen } = props
  const { desktop } = useTexts(consoleTexts)
  const { isFullscreen, isSupported, toggle } = useFullscreen(page)
  const isDisabled = rfb === undefined
  const isTouchDevice = useMediaQuery(TOUCH_QUERY)
  return (
    <div class="toolbar">
      <a class="button quiet icon-only" href={LIST_HASH} aria-label={desktop.back} title={desktop.back}>
        <Icon name="back" />
      </a>
      <h1>{sandbox ? <Name sandbox={sandbox} /> : <code>{name}</code>}</h1>
      {sandbox && <Facts sandbox={sandbox} may={props.may} onDialog={props.onDialog} />}
      <fieldset class="tools" aria-label={desktop.tools}>
        {isTouchDevice && <TouchKeyboard rfb={rfb} isDisabled={isDisabled || isViewOnly} />}
        <button
          ref={firstTool}
          type="button"
          class="button quiet"
          aria-expanded={isClipboardOpen && !isDisabled}
          disabled={isDisabled}
          onClick={() => props.onClipboard(!isClipboardOpen)}
        >
          <Icon name="clipboard" />
          {desktop.clipboard}
        </button>
        <button
          type="button"
          class="button quiet"
          aria-label={desktop.ctrlAltDel}
          title={desktop.ctrlAltDel}
          disabled={isDisabled || isViewOnly}
          onClick={() => rfb?.sendCtrlAltDel()}
        >
          {!isTouchDevice && <Icon name="keyboard" />}
          Ctrl+Alt+Del
        </button>
        <Tool
          icon="fit"
          name={desktop.fit}
          isOn={isScaled}
          isDisabled={isDisabled}
          onClick={() => props.onScale(!isScaled)}
        />
        <Tool
          icon="eye"
          name={desktop.viewOnly}
          isOn={isViewOnly}
          isDisabled={isDisabled}
          onClick={() => props.onViewOnly(!isViewOnly)}
        />
        {isSupported && (
          <Tool
            icon="fullscreen"
            name={isFullscreen ? desktop.leaveFullscreen : desktop.fullscreen}
            isDisabled={false}
            onClick={toggle}
          />
        )}
      </fieldset>
    </div>
  )
}

type FactsProps = Pick<DesktopToolbarProps, 'may' | 'onDialog'> & { sandbox: Sandbox }

/** The status, the remaining time, and what the caller may do. An expired sandbox has only its status. */
function Facts({ sandbox, may, onDialog }: FactsProps) {
  const { list } = useTexts(consoleTexts)
  const now = useNow((now) => displayStatus(sandbox, now))
  const power = (['reboot', 'stop'] as const).filter((change) => may(POWER_CHANGES[change].action))
  return (
    <div class="toolbar-facts">
      <Status sandbox={sandbox} />
      {displayStatus(sandbox, now) !== 'EXPIRED' && (
        <span class="toolbar-time-left">
          <Icon name="clock" size={14} />
          <RemainingTime sandbox={sandbox} />
        </span>
      )}
      {may('RenewSandbox') && (
        <button type="button" class="button" onClick={() => onDialog('renew')} disabled={!canRenew(sandbox, now)}>
          {list.renew}
        </button>
      )}
      {power.length > 0 && (
        <div class="toolbar-power">
          {power.map((change) => (
            <Tool
              key={change}
              icon={change === 'stop' ? 'stop' : 'restart'}
              name={list[change]}
              isDisabled={!canChangePower(sandbox, change, now)}
              onClick={() => onDialog(change)}
            />
          ))}
        </div>
      )}
    </div>
  )
}

type ToolProps = { icon: IconName; name: string; isOn?: boolean; isDisabled: boolean; onClick: () => void }

function Tool({ icon, name, isOn, isDisabled, onClick }: ToolProps) {
  return (
    <button
      type="button"
      class="button quiet icon-only"
      aria-label={name}
      title={name}
      aria-pressed={isOn}
      disabled={isDisabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
