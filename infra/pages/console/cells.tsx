import './cells.css'
import type { Sandbox } from '../common/api.ts'
import { CopyButton } from '../common/copy-button.tsx'
import { type Language, useLanguage, useWords } from '../common/language.ts'
import { useNow } from './now.ts'
import { OsIcon } from './os.tsx'
import { isMoving, nameOf } from './sandbox.ts'
import { Spinner } from './spinner.tsx'
import { ago, clockTime, durationWords, type TimeLeft, timeLeft } from './time-left.ts'
import { words } from './words.ts'

/** The parts of what is shown about a sandbox, for the table, the cards and the desktop alike. */
type CellProps = { sandbox: Sandbox }

const PREFIX = 'sandbox-'

/** The name with the prefix that all have in the background. */
export function Name({ sandbox }: CellProps) {
  const name = nameOf(sandbox)
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
  const { list } = useWords(words)
  return (
    <span class="copied-text">
      <code class="muted">{sandbox.SandboxId}</code>
      <CopyButton text={sandbox.SandboxId} what={list.theId(nameOf(sandbox))} />
    </span>
  )
}

export function Status({ sandbox: { Status } }: CellProps) {
  const { status } = useWords(words)
  return (
    <span class="status" data-status={Status} title={Status}>
      {isMoving(Status) ? <Spinner /> : <span class="dot" aria-hidden="true" />}
      {status[Status] ?? Status}
    </span>
  )
}

export function Address({ sandbox }: CellProps) {
  const { list } = useWords(words)
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
        <CopyButton text={PrimaryIp} what={list.theAddress(nameOf(sandbox))} />
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

export function Type({ sandbox: { InstanceTypeId } }: CellProps) {
  return <span class="type">{InstanceTypeId || '–'}</span>
}

export function Created({ sandbox: { CreatedAt = '' } }: CellProps) {
  const language = useLanguage()
  const now = useNow((now) => ago(CreatedAt, now, language))
  if (!CreatedAt) return <span class="muted">–</span>
  const time = clockTime(CreatedAt, language)
  return (
    <time dateTime={CreatedAt} title={time}>
      {ago(CreatedAt, now, language)}
      <span class="visually-hidden">, {time}</span>
    </time>
  )
}

/** What is left, counting down, with the moment itself for who asks. */
export function Life({ sandbox: { ExpireAt } }: CellProps) {
  const language = useLanguage()
  const { life } = words[language]
  const now = useNow((now) => lifeWords(timeLeft(ExpireAt, now), language))
  const left = timeLeft(ExpireAt, now)
  if (!ExpireAt || left.kind === 'none') return <span class="muted">{lifeWords(left, language)}</span>
  const time = clockTime(ExpireAt, language)
  if (left.kind === 'over') {
    return (
      <time class="life over" dateTime={ExpireAt} title={life.endedAt(time)}>
        {lifeWords(left, language)}
      </time>
    )
  }
  return (
    <time class={left.isNearlyOver ? 'life nearly-over' : 'life'} dateTime={ExpireAt} title={life.until(time)}>
      {lifeWords(left, language)}
      <span class="visually-hidden">
        , {life.until(time)}
        {left.isNearlyOver && `, ${life.nearlyOver}`}
      </span>
    </time>
  )
}

function lifeWords(left: TimeLeft, language: Language): string {
  const { life } = words[language]
  if (left.kind === 'left') return durationWords(left.milliseconds, language)
  return left.kind === 'over' ? life.over : life.none
}
