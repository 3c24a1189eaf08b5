import { type Action, actions, eventFor, resultOf, startEmulator, startFunction } from './cloud.ts'
import type { Report, Row } from './table.ts'

/** What each action may cost. */
const most: Record<Action, number> = {
  CreateSandbox: 1,
  DescribeSandboxes: 1,
  DescribeSandboxTerminalUrl: 2,
  RenewSandbox: 2,
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
    rows.push({
      what: `cloud calls, ${action}`,
      measured: String(calls.length),
      comparedWith: String(most[action]),
      outcome: calls.length === most[action] ? 'as many' : String(calls.length - most[action]),
      reach: `${most[action]}${action === 'DescribeSandboxes' ? ' a page' : ''}`,
      met: calls.length <= most[action],
    })
  }
  emulator.stop()
  const notes = ['Cloud calls: one call an action, as counted by the emulated ECS.']
  return { rows, notes }
}
