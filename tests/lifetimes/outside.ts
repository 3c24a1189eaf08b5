import fc from 'fast-check'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import { TAG } from '../support/service.ts'
import { type Request, target, targetText } from './requests.ts'
import { OWNER_TAG, portrait } from './truth.ts'
import type { World } from './world.ts'

/** What may happen to a machine at any time; nothing where it makes no sense. */
const DEEDS: Record<string, (instance: Instance, world: World) => void> = {
  stop: (instance, world) => {
    if (instance.Status !== 'RUNNING') return
    instance.Status = 'STOPPED'
    world.noteStop(instance, 'somebody else')
  },
  start: (instance, world) => {
    if (instance.Status !== 'STOPPED') return
    instance.Status = 'RUNNING'
    instance.boots += 1
    world.noteStart(instance, 'somebody else')
  },
  protect: (instance) => {
    instance.DeletionProtection = true
  },
  'stop protecting': (instance) => {
    instance.DeletionProtection = false
  },
  break: (instance) => {
    if (instance.Status === 'RUNNING') instance.Status = 'ERROR'
  },
  // By the operator's hand: it is in ERROR no more, or CREATING no more.
  mend: (instance) => {
    const isStuck = instance.Status === 'CREATING' && !instance.next
    if (instance.Status === 'ERROR' || isStuck) instance.Status = 'RUNNING'
  },
  'let the cloud fail to delete': ({ InstanceId }, { ecs }) => {
    ecs.faults.add({ Kind: 'FailItem', Code: 'InternalError', InstanceId, Times: 1 })
  },
  'give to the team': ({ InstanceId, Tags }, world) => {
    Tags.set(OWNER_TAG, 'team')
    const sandbox = world.sandboxes.get(InstanceId)
    if (sandbox) sandbox.owner = 'team'
  },
  'give away': (instance, world) => {
    if (instance.next || instance.Status === 'DELETING') return
    for (const key of Object.keys(TAG)) instance.Tags.delete(key)
    world.foreign.set(instance.InstanceId, portrait(instance))
  },
}

/** Something happens to a sandbox without the manager. */
export const deed: fc.Arbitrary<Request> = fc
  .record({ what: fc.constantFrom(...Object.keys(DEEDS)), target })
  .map(({ what, target: { index } }) => toRequest(what, index))

/** A sandbox breaks and is mended. */
export const breakdown: fc.Arbitrary<[Request, Request]> = fc
  .nat(11)
  .map((index) => [toRequest('break', index), toRequest('mend', index)])

/** Somebody else stops or starts a sandbox: whatever it is not. */
export const turnedOver = (index: number): Request => {
  const [stop, start] = [toRequest('stop', index), toRequest('start', index)]
  return {
    toString: () => `stop or start ${targetText({ of: 'sandbox', index })}`,
    async send(world) {
      const instance = world.instance(world.pick({ of: 'sandbox', index }))
      await (instance?.Status === 'STOPPED' ? start : stop).send(world)
    },
  }
}

function toRequest(what: string, index: number): Request {
  return {
    toString: () => `${what} ${targetText({ of: 'sandbox', index })}`,
    async send(world) {
      const instance = world.instance(world.pick({ of: 'sandbox', index }))
      world.disturb()
      if (instance) DEEDS[what]?.(instance, world)
    },
  }
}
