import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { handler as cleanUp } from '../functions/cleanup-sandboxes/index.ts'
import { type EcsEmulator, startEcs } from '../infra/emulator/ecs/index.ts'
import { vefaas } from './support/events.ts'
import { type ActionName, CALLER, configure, invoke, KEY, request, TAG } from './support/service.ts'

const OTHER_KEY = 'fake-key-of-another'

let ecs: EcsEmulator

beforeAll(async () => {
  ecs = await startEcs()
})
afterAll(() => ecs.close())
beforeEach(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const keys = { [CALLER]: KEY, other: OTHER_KEY }
  await configure(ecs.url, { 'lifetime.on_expire': 'stop', 'security.keys': JSON.stringify(keys) })
  ecs.reset()
})

test('StoppedBy is not shown after a later stop by a caller', async () => {
  const end = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, '')
  ecs.seed(1, { tags: { ...TAG, 'ecs-manager:expire-at': end } })
  const [instance] = ecs.instances()
  const SandboxId = instance?.InstanceId ?? ''
  const call = async (action: ActionName, parameters = {}) =>
    (await invoke(action, vefaas(request(action, parameters)))).body?.Result
  const shown = async () => {
    const [sandbox] = (await call('DescribeSandboxes')) as Record<string, unknown>[]
    return [sandbox?.Status, sandbox?.StoppedBy]
  }

  await cleanUp({})
  expect(await shown()).toEqual(['STOPPED', 'CleanupSandboxes'])
  await call('RenewSandbox', { SandboxId, LifetimeSeconds: '600' })
  expect(await shown()).toEqual(['STOPPED', 'CleanupSandboxes'])
  if (instance) instance.Status = 'RUNNING'
  expect(await shown()).toEqual(['RUNNING', undefined])
  await call('StopSandbox', { SandboxId })
  expect(await shown()).toEqual(['STOPPED', undefined])
})

test('a stop of another caller with the same X-Request-ID is another stop', async () => {
  ecs.seed(1, { tags: TAG })
  const [instance] = ecs.instances()
  const query = [...(request('StopSandbox', { SandboxId: instance?.InstanceId ?? '' }).query ?? [])]
  for (const key of [KEY, OTHER_KEY]) {
    if (instance) instance.Status = 'RUNNING'
    const headers = [['X-API-Key', key] as const, ['X-Request-ID', 'r-1'] as const]
    const { status } = await invoke('StopSandbox', vefaas({ query, headers }))
    expect([status, ecs.instances()[0]?.Status]).toEqual([200, 'STOPPED'])
  }
})
