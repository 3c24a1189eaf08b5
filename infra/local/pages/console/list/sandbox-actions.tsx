import './sandbox-actions.css'
import type { ComponentChildren } from 'preact'
import type { Sandbox } from '../../common/api.ts'
import { facts } from '../../common/facts.ts'
import { Icon, type IconName } from '../../common/icon.tsx'
import { useTexts } from '../../common/language.ts'
import type { Sandboxes } from '../api/use-sandboxes.ts'
import { useNow } from '../hooks/use-now.ts'
import { desktopHash } from '../routes.ts'
import { canChangePower, mustRenewToStart, POWER_CHANGES, type PowerChange } from '../sandbox/power.ts'
import { canRenew, displayName } from '../sandbox/sandbox.ts'
import { consoleTexts } from '../texts/texts.ts'

export type SandboxActionsProps = {
  sandbox: Sandbox
  /** Only the buttons of these actions are shown. */
  may: Sandboxes['may']
  onOpenWindows: (sandbox: Sandbox) => void
  onPower: (sandbox: Sandbox, change: PowerChange) => void
  onRenew: (sandbox: Sandbox) => void
  onDelete: (sandbox: Sandbox) => void
}

/** The statuses in which a Linux desktop can be opened. The desktop page waits until the machine is RUNNING. */
const OPENABLE = new Set(['RUNNING', 'CREATING', 'STARTING', 'REBOOTING'])

/** The buttons with icons that change the state of a machine. */
const POWER_ICONS: readonly { change: PowerChange; icon: IconName }[] = [
  { change: 'reboot', icon: 'restart' },
  { change: 'stop', icon: 'stop' },
]

/** The actions of the buttons, to know whether a caller has any. */
const ACTIONS = [
  'DescribeSandboxTerminalUrl',
  'StopSandbox',
  'StartSandbox',
  'RebootSandbox',
  'RenewSandbox',
  'DeleteSandbox',
] as const

/** Whether a caller with these rights has any button. */
export const hasActions = (may: Sandboxes['may']) => ACTIONS.some(may)

/** The buttons of a sandbox that the caller may use. A stopped one is started, or renewed first, in place of opened. */
export function SandboxActions({ sandbox, may, onOpenWindows, onPower, onRenew, onDelete }: SandboxActionsProps) {
  const { list } = useTexts(consoleTexts)
  const name = displayName(sandbox)
  const now = useNow((now) => `${canRenew(sandbox, now)} ${mustRenewToStart(sandbox, now)}`)
  const mustRenew = mustRenewToStart(sandbox, now)

  const mainButton = () => {
    if (mustRenew && may('RenewSandbox')) {
      return (
        <Action name={list.renewOne(name)} isEnabled onClick={() => onRenew(sandbox)}>
          {list.renew}
        </Action>
      )
    }
    if (sandbox.Status === 'STOPPED' && may('StartSandbox')) {
      return (
        <Action name={list.startOne(name)} isEnabled={!mustRenew} onClick={() => onPower(sandbox, 'start')}>
          {list.start}
        </Action>
      )
    }
    return may('DescribeSandboxTerminalUrl') && <OpenButton sandbox={sandbox} onOpenWindows={onOpenWindows} />
  }

  return (
    <div class="actions">
      {mainButton()}
      {may('RenewSandbox') && !mustRenew && (
        <Action
          name={list.renewOne(name)}
          title={list.renew}
          isEnabled={canRenew(sandbox, now)}
          onClick={() => onRenew(sandbox)}
        >
          <Icon name="clock" />
          <span class="word">{list.renew}</span>
        </Action>
      )}
      {POWER_ICONS.filter(({ change }) => may(POWER_CHANGES[change].action)).map(({ change, icon }) => (
        <Action
          key={change}
          name={list[`${change}One`](name)}
          title={list[change]}
          isEnabled={canChangePower(sandbox, change, now)}
          onClick={() => onPower(sandbox, change)}
        >
          <Icon name={icon} />
        </Action>
      ))}
      {may('DeleteSandbox') && (
        <Action
          name={list.deleteOne(name)}
          title={list.delete}
          isEnabled={sandbox.Status !== 'DELETING'}
          onClick={() => onDelete(sandbox)}
        >
          <Icon name="trash" />
        </Action>
      )}
    </div>
  )
}

/** Opens a sandbox. An emulated Windows machine has nothing to open: the button gets its key. */
function OpenButton({ sandbox, onOpenWindows }: Pick<SandboxActionsProps, 'sandbox' | 'onOpenWindows'>) {
  const { list } = useTexts(consoleTexts)
  const { SandboxId, Status, OsType } = sandbox
  const name = displayName(sandbox)
  if (OsType !== 'Linux') {
    return (
      <Action
        name={facts.isRealCloud ? list.openOne(name) : list.getKeyOf(name)}
        isEnabled={Status === 'RUNNING'}
        onClick={() => onOpenWindows(sandbox)}
      >
        {facts.isRealCloud ? list.open : list.getKey}
      </Action>
    )
  }
  if (OPENABLE.has(Status)) {
    return (
      <a class="button" href={desktopHash(SandboxId)} aria-label={list.openOne(name)} data-open={SandboxId}>
        {list.open}
      </a>
    )
  }
  return (
    <Action name={list.openOne(name)} isEnabled={false} onClick={() => {}}>
      {list.open}
    </Action>
  )
}

type ActionProps = {
  name: string
  /** For a button that is only an icon. */
  title?: string
  isEnabled: boolean
  onClick: () => void
  children: ComponentChildren
}

/** Uses `aria-disabled`: with `disabled`, the button would lose the focus when the status of the machine changes. */
function Action({ name, title, isEnabled, onClick, children }: ActionProps) {
  return (
    <button
      type="button"
      class={title ? 'button quiet icon-only' : 'button'}
      aria-label={name}
      title={title}
      aria-disabled={!isEnabled}
      onClick={() => isEnabled && onClick()}
    >
      {children}
    </button>
  )
}
