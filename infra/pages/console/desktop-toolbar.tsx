import type RFB from '@novnc/novnc'
import type { RefObject } from 'preact'
import type { Sandbox } from '../common/api.ts'
import { Icon, type IconName } from '../common/icon.tsx'
import { useWords } from '../common/language.ts'
import { Life, Name, Status } from './cells.tsx'
import { LIST } from './routes.ts'
import { TouchKeyboard } from './touch-keyboard.tsx'
import { useFullscreen } from './use-fullscreen.ts'
import { useMedia } from './use-media.ts'
import { words } from './words.ts'

type DesktopToolbarProps = {
  page: RefObject<HTMLElement | null>
  /** Gets the focus of who leaves the desktop by keyboard. */
  firstTool: RefObject<HTMLButtonElement | null>
  sandbox: Sandbox | undefined
  name: string
  /** While there is a connection. */
  rfb: RFB | undefined
  isScaled: boolean
  onScale: (isScaled: boolean) => void
  isViewOnly: boolean
  onViewOnly: (isViewOnly: boolean) => void
  isClipboardOpen: boolean
  onClipboard: (isOpen: boolean) => void
  onRenew: () => void
}

/** A phone or a tablet, which seldom has a keyboard of keys. */
const TOUCHED = '(hover: none) and (pointer: coarse)'

/** Above the desktop: which one it is, for how long, and what can be done with it. */
export function DesktopToolbar(props: DesktopToolbarProps) {
  const { page, firstTool, sandbox, name, rfb, isScaled, isViewOnly, isClipboardOpen } = props
  const { desktop, list } = useWords(words)
  const { isFull, isPossible, toggle } = useFullscreen(page)
  const isOff = rfb === undefined
  const isTouched = useMedia(TOUCHED)
  return (
    <div class="toolbar">
      <a class="button quiet icon-only" href={LIST} aria-label={desktop.back} title={desktop.back}>
        <Icon name="back" />
      </a>
      <h1>{sandbox ? <Name sandbox={sandbox} /> : <code>{name}</code>}</h1>
      {sandbox && (
        <div class="toolbar-facts">
          <Status sandbox={sandbox} />
          <span class="toolbar-life">
            <Icon name="clock" size={14} />
            <Life sandbox={sandbox} />
          </span>
          <button type="button" class="button" onClick={props.onRenew} disabled={sandbox.Status === 'DELETING'}>
            {list.renew}
          </button>
        </div>
      )}
      <fieldset class="tools" aria-label={desktop.tools}>
        {isTouched && <TouchKeyboard rfb={rfb} isOff={isOff || isViewOnly} />}
        <button
          ref={firstTool}
          type="button"
          class="button quiet"
          aria-expanded={isClipboardOpen && !isOff}
          disabled={isOff}
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
          disabled={isOff || isViewOnly}
          onClick={() => rfb?.sendCtrlAltDel()}
        >
          {!isTouched && <Icon name="keyboard" />}
          Ctrl+Alt+Del
        </button>
        <Tool icon="fit" name={desktop.fit} isOn={isScaled} isOff={isOff} onClick={() => props.onScale(!isScaled)} />
        <Tool
          icon="eye"
          name={desktop.viewOnly}
          isOn={isViewOnly}
          isOff={isOff}
          onClick={() => props.onViewOnly(!isViewOnly)}
        />
        {isPossible && (
          <Tool
            icon="fullscreen"
            name={isFull ? desktop.leaveFullscreen : desktop.fullscreen}
            isOff={false}
            onClick={toggle}
          />
        )}
      </fieldset>
    </div>
  )
}

type ToolProps = { icon: IconName; name: string; isOn?: boolean; isOff: boolean; onClick: () => void }

function Tool({ icon, name, isOn, isOff, onClick }: ToolProps) {
  return (
    <button
      type="button"
      class="button quiet icon-only"
      aria-label={name}
      title={name}
      aria-pressed={isOn}
      disabled={isOff}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
