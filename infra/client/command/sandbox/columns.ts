import type { SandboxDescription } from '../../actions.ts'
import type { Column } from '../table.ts'

const GREEN = 32
const YELLOW = 33
const RED = 31
const DIM = 2

const COLOURS: Record<string, number> = { RUNNING: GREEN, ERROR: RED, STOPPED: DIM, DELETING: DIM }

/** What is known of a sandbox: at least its id. */
export type Row = Pick<SandboxDescription, 'SandboxId'> & Partial<SandboxDescription>

/** The most important ones first: on a narrow terminal the others are left out. */
export const SANDBOX_COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', value: ({ SandboxId }) => SandboxId },
  { title: 'STATUS', value: ({ Status }) => Status, colour: ({ Status = '' }) => COLOURS[Status] ?? YELLOW },
  { title: 'ENDS IN', value: ({ ExpireAt }) => ExpireAt && timeLeft(ExpireAt) },
  { title: 'NAME', value: ({ InstanceName }) => InstanceName?.replace(/^sandbox-/, '') },
  { title: 'OS', value: ({ OsType }) => OsType },
  { title: 'AGE', value: ({ CreatedAt }) => CreatedAt && span(Date.now() - Date.parse(CreatedAt)) },
  { title: 'OWNER', value: ({ Owner }) => Owner },
  { title: 'ADDRESS', value: ({ PrimaryIp }) => PrimaryIp },
  { title: 'TYPE', value: ({ InstanceTypeId }) => InstanceTypeId },
]

function timeLeft(end: string): string {
  const ms = Date.parse(end) - Date.now()
  return ms > 0 ? span(ms) : 'ended'
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const

/** The largest unit and the next one, for example `1h 20m`. */
export function span(ms: number): string {
  for (const [index, [unit, length]] of UNITS.entries()) {
    if (ms < length) continue
    const [smaller, smallerLength] = UNITS[index + 1] ?? []
    const rest = smallerLength ? Math.floor((ms % length) / smallerLength) : 0
    return `${Math.floor(ms / length)}${unit}${rest > 0 ? ` ${rest}${smaller}` : ''}`
  }
  return `${Math.max(0, Math.floor(ms / 1_000))}s`
}
