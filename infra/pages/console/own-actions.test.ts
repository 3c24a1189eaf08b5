import { expect, test } from 'vitest'
import type { Sandbox } from '../common/api.ts'
import { forgetListed, withOwnActions } from './own-actions.ts'

const sandbox = (SandboxId: string, Status = 'RUNNING', CreatedAt = '2026-11-23T12:00:00Z'): Sandbox => ({
  SandboxId,
  Status,
  CreatedAt,
  OsType: 'Linux',
  InstanceTypeId: 'ecs.g3i.large',
  PrimaryIp: '127.16.0.4',
})

const none = { made: [], deleted: [] }
const shown = (list: Sandbox[]) => list.map(({ SandboxId, Status }) => `${SandboxId} ${Status}`)
const made = [{ sandbox: sandbox('i-2', 'CREATING', '2026-11-23T13:00:00Z'), at: 0 }]

test('the newest stands first', () => {
  const list = [sandbox('i-1'), sandbox('i-3', 'RUNNING', '2026-11-23T14:00:00Z'), sandbox('i-2')]
  expect(shown(withOwnActions(list, none, 0))).toEqual(['i-3 RUNNING', 'i-2 RUNNING', 'i-1 RUNNING'])
})

test('what was made here is there before the cloud lists it, but not for ever', () => {
  expect(shown(withOwnActions([sandbox('i-1')], { ...none, made }, 29_999))).toEqual(['i-2 CREATING', 'i-1 RUNNING'])
  expect(shown(withOwnActions([sandbox('i-1')], { ...none, made }, 30_000))).toEqual(['i-1 RUNNING'])
})

test('once it is listed, it is as it is listed', () => {
  expect(shown(withOwnActions([sandbox('i-2')], { ...none, made }, 1))).toEqual(['i-2 RUNNING'])
})

test('once it was listed and is listed no longer, it is gone', () => {
  const own = forgetListed({ ...none, made }, [sandbox('i-2')])
  expect(withOwnActions([], own, 1)).toEqual([])
  expect(forgetListed({ ...none, made }, [sandbox('i-1')])).toEqual({ ...none, made })
})

test('what is being deleted is so at once, and has no address any more', () => {
  const deleted = [{ sandboxId: 'i-1', at: undefined }]
  const list = withOwnActions([sandbox('i-1')], { ...none, deleted }, 1e9)
  expect(shown(list)).toEqual(['i-1 DELETING'])
  expect(list[0]).not.toHaveProperty('PrimaryIp')
})

test('what was deleted stays so until the cloud shows it no longer, but not for ever', () => {
  const deleted = [{ sandboxId: 'i-1', at: 0 }]
  expect(shown(withOwnActions([sandbox('i-1')], { ...none, deleted }, 29_999))).toEqual(['i-1 DELETING'])
  expect(shown(withOwnActions([sandbox('i-1')], { ...none, deleted }, 30_000))).toEqual(['i-1 RUNNING'])
})

test('what was made and deleted at once does not come back', () => {
  const deleted = [{ sandboxId: 'i-2', at: 0 }]
  expect(withOwnActions([], { made, deleted }, 1)).toEqual([])
})
