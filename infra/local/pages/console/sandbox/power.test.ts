import { expect, test } from 'vitest'
import type { Sandbox } from '../../common/api.ts'
import { canChangePower, failedStarts, type PowerChange } from './power.ts'

const sandbox = (Status: string, ExpireAt?: string): Sandbox => ({
  SandboxId: 'i-1',
  Status,
  OsType: 'Linux',
  InstanceTypeId: 'ecs.g3i.large',
  ...(ExpireAt && { ExpireAt }),
})

test.each<[status: string, expireAt: string | undefined, possible: PowerChange[]]>([
  ['RUNNING', '2026-11-23T13:00:00Z', ['stop', 'reboot']],
  ['RUNNING', '2026-11-23T11:00:00Z', ['stop', 'reboot']],
  ['STOPPED', '2026-11-23T13:00:00Z', ['start']],
  ['STOPPED', undefined, ['start']],
  ['STOPPED', '2026-11-23T11:00:00Z', []],
  ['CREATING', undefined, []],
  ['STOPPING', undefined, []],
  ['STARTING', undefined, []],
  ['REBOOTING', undefined, []],
  ['ERROR', undefined, []],
])('%s that expires at %s can at noon: %j', (status, expireAt, possible) => {
  const noon = Date.parse('2026-11-23T12:00:00Z')
  const changes: PowerChange[] = ['stop', 'start', 'reboot']
  expect(changes.filter((change) => canChangePower(sandbox(status, expireAt), change, noon))).toEqual(possible)
})

test('a start has failed if the sandbox is STOPPED after it was STARTING, until it leaves STOPPED', () => {
  const none = new Set<string>()
  expect(failedStarts(none, [sandbox('STARTING')], [sandbox('RUNNING')])).toEqual(none)
  expect(failedStarts(none, [sandbox('STOPPING')], [sandbox('STOPPED')])).toEqual(none)
  const failed = failedStarts(none, [sandbox('STARTING')], [sandbox('STOPPED')])
  expect(failed).toEqual(new Set(['i-1']))
  expect(failedStarts(failed, [sandbox('STOPPED')], [sandbox('STOPPED')])).toEqual(failed)
  expect(failedStarts(failed, [sandbox('STOPPED')], [sandbox('STARTING')])).toEqual(none)
  expect(failedStarts(failed, [sandbox('STOPPED')], [])).toEqual(none)
})
