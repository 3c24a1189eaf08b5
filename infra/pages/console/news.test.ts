import { expect, test } from 'vitest'
import type { Sandbox } from '../common/api.ts'
import { news } from './news.ts'

const sandbox = (SandboxId: string, Status: string, InstanceName = `sandbox-${SandboxId}`): Sandbox => ({
  SandboxId,
  Status,
  InstanceName,
  OsType: 'Linux',
  InstanceTypeId: 'ecs.g3i.large',
})

test('says what appeared, changed and went, and nothing of what stayed', () => {
  const before = [sandbox('stays', 'RUNNING'), sandbox('boots', 'CREATING'), sandbox('goes', 'DELETING')]
  const after = [sandbox('comes', 'CREATING'), sandbox('stays', 'RUNNING'), sandbox('boots', 'RUNNING')]
  expect(news(before, after, 'en')).toEqual([
    'sandbox-comes: Booting.',
    'sandbox-boots is now: Running.',
    'sandbox-goes is gone.',
  ])
  expect(news(before, after, 'zh')).toEqual([
    'sandbox-comes：启动中。',
    'sandbox-boots 的状态变为：运行中。',
    'sandbox-goes 已删除。',
  ])
})

test('says when a sandbox ends now, where that has changed', () => {
  const ending = (ExpireAt?: string) => [{ ...sandbox('a', 'RUNNING'), ...(ExpireAt && { ExpireAt }) }]
  const noon = new Date(2026, 10, 23, 12, 0).toISOString()
  expect(news(ending(), ending(noon), 'en')).toEqual(['sandbox-a is renewed: it ends 23 Nov 2026, 12:00.'])
  expect(news(ending(noon), ending(), 'en')).toEqual(['sandbox-a is renewed: it has no end.'])
  expect(news(ending(noon), ending(noon), 'en')).toEqual([])
})

test('a status without words is said as it is', () => {
  expect(news([], [sandbox('x', 'HIBERNATED')], 'en')).toEqual(['sandbox-x: HIBERNATED.'])
})
