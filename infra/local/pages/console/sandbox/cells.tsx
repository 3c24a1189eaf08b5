import './cells.css'
import type { Sandbox } from '../../common/api.ts'
import { CopyButton } from '../../common/copy-button.tsx'
import { type Language, useLanguage, useTexts } from '../../common/language.ts'
import { useNow } from '../hooks/use-now.ts'
import { Spinner } from '../notices/spinner.tsx'
import { consoleTexts } from '../texts/texts.ts'
import { OsIcon } from './os.tsx'
import { displayName, displayStatus, isExpired, isTransitional } from './sandbox.ts'
import { formatAge, formatDuration, formatStopwatch, formatTime, type TimeLeft, timeLeft } from './time-left.ts'

/** Each component shows one property of a sandbox, in the table, the cards and the desktop. */
type CellProps = { sandbox: Sandbox }

const PREFIX = 'sandbox-'

/** The name. The prefix, which all names have, is muted. */
export function Name({ sandbox }: CellProps) {
  const name = displayName(sandbox)
  if (!name.startsWith(PREFIX)) return <span class="name">{name}</span>
  return (
    <span class="name" title={name}>
      <span class="muted">{PREFIX}</span>
      {name.slice(PREFIX.length)}
    </span>
  )
}

export function Os({ sandbox: { OsType } }: CellProps) {
  return (
    <span class="os" title={OsType}>
      <OsIcon os={OsType} />
      <span class="visually-hidden">{OsType}</span>
    </span>
  )
}

export function Id({ sandbox }: CellProps) {
  const { list } = useTexts(consoleTexts)
  return (
    <span class="copied-text">
      <code class="muted">{sandbox.SandboxId}</code>
      <CopyButton text={sandbox.SandboxId} what={list.theId(displayName(sandbox))} />
    </span>
  )
}

export function Status({ sandbox }: CellProps) {
  const { status } = useTexts(consoleTexts)
  const now = useNow((now) => displayStatus(sandbox, now))
  const shown = displayStatus(sandbox, now)
  return (
    <span class="status" data-status={shown} title={sandbox.Status}>
      {isTransitional(shown) ? <Spinner /> : <span class="dot" aria-hidden="true" />}
      <span>
        <span>{status[shown] ?? shown}</span> {shown === 'CREATING' && <BootTime sandbox={sandbox} />}
        <Charging sandbox={sandbox} />
      </span>
    </span>
  )
}

/** In short, what of a stopped machine is charged. */
function Charging({ sandbox: { StoppedMode = '' } }: CellProps) {
  const { charging } = useTexts(consoleTexts)
  const text = charging[StoppedMode]
  if (text === undefined) return null
  return (
    <span class="charging" title={text.long}>
      {text.short}
    </span>
  )
}

/** In sentences, what of a stopped machine is charged, and why it is stopped. Nothing for any other machine. */
export function StoppedNote({ sandbox }: CellProps) {
  const language = useLanguage()
  const { charging } = consoleTexts[language]
  const now = useNow((now) => isExpired(sandbox, now))
  if (sandbox.Status !== 'STOPPED') return null
  const sentences = [charging[sandbox.StoppedMode ?? '']?.long, describeEnd(sandbox, now, language)]
  const text = sentences.filter((sentence) => sentence !== undefined).join(' ')
  return text ? <p class="muted stopped-note">{text}</p> : null
}

/** What happens to a stopped sandbox that has expired; undefined before its end. */
function describeEnd(sandbox: Sandbox, now: number, language: Language): string | undefined {
  const { expiry } = consoleTexts[language]
  if (!sandbox.ExpireAt || !isExpired(sandbox, now)) return undefined
  const time = formatTime(sandbox.ExpireAt, language)
  return sandbox.StoppedBy ? expiry.stoppedAtEnd(time) : expiry.stoppedPastEnd(time)
}

export function Owner({ sandbox: { Owner } }: CellProps) {
  const { list } = useTexts(consoleTexts)
  return Owner ? <span title={Owner}>{Owner}</span> : <span class="muted">{list.noOwner}</span>
}

/** How long a machine has been booting. Screen readers skip it, because they would repeat it each second. */
export function BootTime({ sandbox: { CreatedAt } }: CellProps) {
  const format = (now: number) => (CreatedAt ? formatStopwatch(now - Date.parse(CreatedAt)) : '')
  const time = format(useNow(format))
  return (
    <span class="boot-time" aria-hidden="true">
      {time}
    </span>
  )
}

export function Address({ sandbox }: CellProps) {
  const { list } = useTexts(consoleTexts)
  const { PrimaryIp, Eip } = sandbox
  if (!PrimaryIp) {
    return (
      <span class="muted">
        <span aria-hidden="true">–</span>
        <span class="visually-hidden">{list.noAddress}</span>
      </span>
    )
  }
  return (
    <>
      <span class="copied-text">
        <code>{PrimaryIp}</code>
        <CopyButton text={PrimaryIp} what={list.theAddress(displayName(sandbox))} />
      </span>
      {Eip && (
        <span class="copied-text muted" title={list.publicAddress}>
          <span class="visually-hidden">{list.publicAddress}</span>
          <code>{Eip}</code>
        </span>
      )}
    </>
  )
}

export function InstanceType({ sandbox: { InstanceTypeId } }: CellProps) {
  return <span class="type">{InstanceTypeId || '–'}</span>
}

export function CreatedAt({ sandbox: { CreatedAt = '' } }: CellProps) {
  const language = useLanguage()
  const now = useNow((now) => formatAge(CreatedAt, now, language))
  if (!CreatedAt) return <span class="muted">–</span>
  const time = formatTime(CreatedAt, language)
  return (
    <time dateTime={CreatedAt} title={time}>
      {formatAge(CreatedAt, now, language)}
      <span class="visually-hidden">, {time}</span>
    </time>
  )
}

/** The remaining time as a countdown, with the expiry time as a tooltip and for screen readers. */
export function RemainingTime({ sandbox }: CellProps) {
  const language = useLanguage()
  const { expiry } = consoleTexts[language]
  const now = useNow((now) => {
    const left = timeLeft(sandbox, now)
    return `${formatTimeLeft(left, language)} ${left.kind === 'left' && left.isNearlyOver}`
  })
  const left = timeLeft(sandbox, now)
  const { ExpireAt } = sandbox
  if (!ExpireAt || left.kind === 'unlimited') return <span class="muted">{formatTimeLeft(left, language)}</span>
  const time = formatTime(ExpireAt, language)
  if (left.kind === 'expired') {
    const isStopped = sandbox.Status === 'STOPPED'
    const stopped = sandbox.StoppedBy ? expiry.stoppedByCleanup : expiry.pastEnd
    return (
      <time
        class="time-left expired"
        dateTime={ExpireAt}
        title={isStopped ? describeEnd(sandbox, now, language) : expiry.expiredAt(time)}
      >
        {isStopped ? stopped : formatTimeLeft(left, language)}
      </time>
    )
  }
  return (
    <time
      class={left.isNearlyOver ? 'time-left nearly-over' : 'time-left'}
      dateTime={ExpireAt}
      title={expiry.until(time)}
    >
      {formatTimeLeft(left, language)}
      <span class="visually-hidden">
        , {expiry.until(time)}
        {left.isNearlyOver && `, ${expiry.nearlyOver}`}
      </span>
    </time>
  )
}

function formatTimeLeft(left: TimeLeft, language: Language): string {
  const { expiry } = consoleTexts[language]
  if (left.kind === 'left') return formatDuration(left.milliseconds, language)
  return left.kind === 'expired' ? expiry.expired : expiry.unlimited
}
