import { expect, test } from 'vitest'
import type { Sandbox } from '../../common/api.ts'
import { describeChanges } from './changes.ts'

const sandbox = (SandboxId: string, Status: string, InstanceName = `sandbox-${SandboxId}`): Sandbox => ({
  SandboxId,
  Status,
  InstanceName,
  OsType: 'Linux',
  InstanceTypeId: 'ecs.g3i.large',
})

const NOW = Date.parse('2026-11-23T12:00:00Z')

test('describes sandboxes that appeared, changed or were deleted, and no others', () => {
  const before = [sandbox('stays', 'RUNNING'), sandbox('boots', 'CREATING'), sandbox('goes', 'DELETING')]
  const after = [sandbox('comes', 'CREATING'), sandbox('stays', 'RUNNING'), sandbox('boots', 'RUNNING')]
  expect(describeChanges(before, after, 'en', NOW)).toEqual([
    'sandbox-comes: Booting.',
    'sandbox-boots is now: Running.',
    'sandbox-goes was deleted.',
  ])
  expect(describeChanges(before, after, 'zh', NOW)).toEqual([
    'sandbox-comes：启动中。',
    'sandbox-boots 的状态变为：运行中。',
    'sandbox-goes 已删除。',
  ])
})

test('describes a new expiry time', () => {
  const expiring = (ExpireAt?: string) => [{ ...sandbox('a', 'RUNNING'), ...(ExpireAt && { ExpireAt }) }]
  const noon = new Date(2026, 10, 23, 12, 0).toISOString()
  expect(describeChanges(expiring(), expiring(noon), 'en', NOW)).toEqual([
    'sandbox-a was renewed and expires 23 Nov 2026, 12:00.',
  ])
  expect(describeChanges(expiring(noon), expiring(), 'en', NOW)).toEqual(['sandbox-a was renewed and does not expire.'])
  expect(describeChanges(expiring(noon), expiring(noon), 'en', NOW)).toEqual([])
})

test('a status without a translation is shown as it is', () => {
  expect(describeChanges([], [sandbox('x', 'HIBERNATED')], 'en', NOW)).toEqual(['sandbox-x: HIBERNATED.'])
})

test('a sandbox that is past its end is not described as running', () => {
  const expired = { ...sandbox('a', 'RUNNING'), ExpireAt: '2026-11-23T11:59:59Z' }
  expect(describeChanges([], [expired], 'en', NOW)).toEqual(['sandbox-a: Expired.'])
})
