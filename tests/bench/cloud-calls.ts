import {
  type Action,
  actions,
  environmentFor,
  eventFor,
  folders,
  KEY,
  resultOf,
  sandboxTags,
  startBundle,
  startEmulator,
  startFunction,
} from './cloud.ts'
import type { Report, Row } from './table.ts'

/** What each action may cost. */
const most: Record<Action, number> = {
  CreateSandbox: 1,
  DescribeSandboxes: 1,
  DescribeSandboxTerminalUrl: 2,
  RenewSandbox: 2,
  RebootSandbox: 2,
  StopSandbox: 2,
  StartSandbox: 2,
  ValidateVncToken: 2,
  DeleteSandbox: 2,
}

const needs: Partial<Record<Action, string[]>> = {
  ValidateVncToken: ['Token'],
  DescribeSandboxes: [],
  RenewSandbox: ['SandboxId', 'LifetimeSeconds'],
}

/** The calls to the cloud of each action, counted by the emulated ECS, for a sandbox that lives its whole life. */
export async function countCloudCalls(): Promise<Report> {
  const emulator = startEmulator()
  const url = await emulator.ask('url')
  const parameters: Record<string, string> = { LifetimeSeconds: '60' }
  const rows: Row[] = []
  for (const action of actions) {
    const program = await startFunction(action, url)
    await emulator.ask('newCalls')
    const wanted = needs[action] ?? ['SandboxId']
    const given = Object.entries(parameters).filter(([name]) => wanted.includes(name))
    const { replies } = await program.ask('run', { events: [eventFor(action, Object.fromEntries(given))] })
    Object.assign(parameters, replies.map(resultOf)[0])
    const calls = await emulator.ask('newCalls')
    program.stop()
    rows.push(rowOf(action, calls.length, most[action], action === 'DescribeSandboxes' ? ' a page' : ''))
  }
  emulator.stop()
  rows.push(await countOwnersList())
  const notes = ['Cloud calls: one call an action, as counted by the emulated ECS.']
  return { rows, notes }
}

/** A list by a key that sees 50 of 5,000 sandboxes. */
async function countOwnersList(): Promise<Row> {
  const ofOwner = (owner: string) => ({ ...sandboxTags, 'ecs-manager:owner': owner })
  const seed = [
    { count: 4_950, tags: ofOwner('other') },
    { count: 50, tags: ofOwner('planner') },
  ]
  const emulator = startEmulator({ seed })
  const keys = { planner: { key: KEY, actions: ['read'] } }
  const program = await startBundle(folders.DescribeSandboxes, {
    ...environmentFor(await emulator.ask('url')),
    ECS_MANAGER__SECURITY__KEYS: JSON.stringify(keys),
  })
  await emulator.ask('newCalls')
  const { replies } = await program.ask('run', { events: [eventFor('DescribeSandboxes')] })
  const listed = replies.flatMap(resultOf).length
  if (listed !== 50) throw new Error(`${listed} sandboxes were listed`)
  const calls = await emulator.ask('newCalls')
  program.stop()
  emulator.stop()
  return rowOf('DescribeSandboxes by an owner with 50 of 5,000', calls.length, 1)
}

function rowOf(action: string, calls: number, most: number, unit = ''): Row {
  return {
    what: `cloud calls, ${action}`,
    measured: String(calls),
    comparedWith: String(most),
    outcome: calls === most ? 'as many' : String(calls - most),
    reach: `${most}${unit}`,
    met: calls <= most,
  }
}
