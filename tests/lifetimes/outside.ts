import fc from 'fast-check'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import { TAG } from '../support/service.ts'
import { type Request, target, targetText } from './requests.ts'
import { portrait } from './truth.ts'
import type { World } from './world.ts'

/** What others may do to a machine at any time; nothing where it makes no sense. */
const DEEDS: Record<string, (instance: Instance, world: World) => void> = {
  stop: (instance) => {
    if (instance.Status === 'RUNNING') instance.Status = 'STOPPED'
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
  'give away': (instance, world) => {
    if (instance.next || instance.Status === 'DELETING') return
    for (const key of Object.keys(TAG)) instance.Tags.delete(key)
    world.foreign.set(instance.InstanceId, portrait(instance))
  },
}

/** The owner of the account does something to a sandbox. */
export const deed: fc.Arbitrary<Request> = fc
  .record({ what: fc.constantFrom(...Object.keys(DEEDS)), target })
  .map(({ what, target: { index } }) => ({
    toString: () => `${what} ${targetText({ of: 'sandbox', index })}`,
    async send(world) {
      const instance = world.instance(world.pick({ of: 'sandbox', index }))
      world.disturb()
      if (instance) DEEDS[what]?.(instance, world)
    },
  }))
