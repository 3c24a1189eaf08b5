import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { handler as cleanUp } from '../functions/cleanup-sandboxes/index.ts'
import { type EcsEmulator, startEcs } from '../infra/emulator/ecs/index.ts'
import { vefaas } from './support/events.ts'
import { type ActionName, configure, invoke, request, TAG } from './support/service.ts'

let ecs: EcsEmulator

beforeAll(async () => {
  ecs = await startEcs()
})
afterAll(() => ecs.close())
beforeEach(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await configure(ecs.url, { 'lifetime.on_expire': 'stop' })
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
