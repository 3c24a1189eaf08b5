import { expect, test } from 'vitest'
import type { Sandbox } from '../../common/api.ts'
import { applyLocalChanges, dropListed, NO_CHANGES as none } from './local-changes.ts'

const sandbox = (SandboxId: string, Status = 'RUNNING', CreatedAt = '2026-11-23T12:00:00Z'): Sandbox => ({
  SandboxId,
  Status,
  CreatedAt,
  OsType: 'Linux',
  InstanceTypeId: 'ecs.g3i.large',
  PrimaryIp: '127.16.0.4',
})

const shown = (list: Sandbox[]) => list.map(({ SandboxId, Status }) => `${SandboxId} ${Status}`)
const created = [{ sandbox: sandbox('i-2', 'CREATING', '2026-11-23T13:00:00Z'), at: 0 }]

test('the newest sandbox is first', () => {
  const list = [sandbox('i-1'), sandbox('i-3', 'RUNNING', '2026-11-23T14:00:00Z'), sandbox('i-2')]
  expect(shown(applyLocalChanges(list, none, 0))).toEqual(['i-3 RUNNING', 'i-2 RUNNING', 'i-1 RUNNING'])
})

test('a sandbox created here is in the list before the cloud lists it, but not for ever', () => {
  expect(shown(applyLocalChanges([sandbox('i-1')], { ...none, created }, 29_999))).toEqual([
    'i-2 CREATING',
    'i-1 RUNNING',
  ])
  expect(shown(applyLocalChanges([sandbox('i-1')], { ...none, created }, 30_000))).toEqual(['i-1 RUNNING'])
})

test('a created sandbox that is listed is shown as listed', () => {
  expect(shown(applyLocalChanges([sandbox('i-2')], { ...none, created }, 1))).toEqual(['i-2 RUNNING'])
})

test('a created sandbox that was listed and is not listed any more does not exist', () => {
  const changes = dropListed({ ...none, created }, [sandbox('i-2')])
  expect(applyLocalChanges([], changes, 1)).toEqual([])
  expect(dropListed({ ...none, created }, [sandbox('i-1')])).toEqual({ ...none, created })
})

test('a sandbox that is being deleted shows this at once, and has no address', () => {
  const deleted = [{ sandboxId: 'i-1', at: undefined }]
  const list = applyLocalChanges([sandbox('i-1')], { ...none, deleted }, 1e9)
  expect(shown(list)).toEqual(['i-1 DELETING'])
  expect(list[0]).not.toHaveProperty('PrimaryIp')
})

test('a deleted sandbox stays DELETING while the cloud still lists it, but not for ever', () => {
  const deleted = [{ sandboxId: 'i-1', at: 0 }]
  expect(shown(applyLocalChanges([sandbox('i-1')], { ...none, deleted }, 29_999))).toEqual(['i-1 DELETING'])
  expect(shown(applyLocalChanges([sandbox('i-1')], { ...none, deleted }, 30_000))).toEqual(['i-1 RUNNING'])
})

test('a sandbox that was created and deleted at once does not come back', () => {
  const deleted = [{ sandboxId: 'i-2', at: 0 }]
  expect(applyLocalChanges([], { ...none, created, deleted }, 1)).toEqual([])
})

test('a change of the status is visible before the cloud shows it, but not for long', () => {
  const changed = [{ sandboxId: 'i-1', from: 'RUNNING', to: 'STOPPING', at: 0 }]
  const [stopping] = applyLocalChanges([sandbox('i-1')], { ...none, changed }, 4_999)
  expect(stopping).toMatchObject({ Status: 'STOPPING' })
  expect(stopping).not.toHaveProperty('PrimaryIp')
  expect(shown(applyLocalChanges([sandbox('i-1')], { ...none, changed }, 5_000))).toEqual(['i-1 RUNNING'])
  expect(shown(applyLocalChanges([sandbox('i-1', 'STOPPED')], { ...none, changed }, 1))).toEqual(['i-1 STOPPED'])
})
