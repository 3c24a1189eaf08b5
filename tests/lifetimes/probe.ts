import fc from 'fast-check'
import { handler } from '../../functions/teardown-sandboxes/index.ts'
import type { ActionName } from '../support/service.ts'
import { caller, callerText } from './callers.ts'
import { deliver, overHttp } from './deliver.ts'
import { act, type Request, shape } from './requests.ts'
import { isVisible } from './truth.ts'
import type { World } from './world.ts'

let probes = 0

const NO_ID = `i-${'0'.repeat(20)}`

/** The actions that take an id, each with its parameters. */
const PROBES: Readonly<Record<string, (id: string) => Record<string, string | number>>> = {
  DescribeSandboxes: (SandboxId) => ({ SandboxId }),
  DescribeSandboxTerminalUrl: (SandboxId) => ({ SandboxId }),
  RenewSandbox: (SandboxId) => ({ SandboxId, LifetimeSeconds: 600 }),
  StopSandbox: (SandboxId) => ({ SandboxId }),
  StartSandbox: (SandboxId) => ({ SandboxId }),
  RebootSandbox: (SandboxId) => ({ SandboxId }),
  DeleteSandbox: (SandboxId) => ({ SandboxId }),
  // A new one each time, because the function remembers those that it has refused.
  ValidateVncToken: (id) => ({ Token: `${id}.${`${probes}`.padStart(43, 'a')}` }),
}

/**
 * A caller tries the id of a machine that it does not see: status, code, message, number of calls to the cloud and time are
 * those of an id that does not exist.
 */
export const probe: fc.Arbitrary<Request> = fc
  .record({
    by: caller,
    index: fc.nat(40),
    action: fc.constantFrom(...Object.keys(PROBES), 'TeardownSandboxes'),
    leg: fc.constantFrom(1, 20, 150),
    carry: shape,
  })
  .map(({ by, index, action, leg, carry }) => ({
    toString: () => `${callerText(by)}try ${action} with unseen ${index} [legs of ${leg} ms]`,
    async send(world) {
      const unseen = world.ecs.instances().filter((one) => isVisible(one) && !world.sees(by, one))
      const { InstanceId: id } = unseen[index % unseen.length] ?? { InstanceId: NO_ID }
      const answerFor = async (id: string) => {
        const started = Date.now()
        const fortune = { legs: [leg] }
        const { text, calls } = await world.undisturbed(() =>
          action === 'TeardownSandboxes'
            ? tearDown(world, by, id, fortune)
            : call(world, { by, action: action as ActionName, parameters: PROBES[action]?.(id) ?? {}, fortune, carry }),
        )
        const hidden = text.replaceAll(id, '<id>').replace(/"RequestId":"[^"]*"/, '')
        return `${hidden} after ${calls.join()} and ${Date.now() - started} ms`
      }
      probes += 1
      const [other, none] = [await answerFor(id), await answerFor(NO_ID)]
      world.check(other === none, () => `${by} tells apart:\n${other}\n${none}`)
    },
  }))

type Fortune = { legs: readonly number[] }

async function call(world: World, given: Parameters<typeof act>[1]) {
  const { invocation, answer } = await act(world, given)
  return { text: `${answer?.status} ${answer?.text}`, calls: invocation.calls.map(({ action }) => action) }
}

async function tearDown(world: World, by: string, id: string, fortune: Fortune) {
  const caller = world.caller(by)
  const event = overHttp({ SandboxId: id }, caller.key)
  const delivery = { caller, name: 'TeardownSandboxes', handler, event, ids: [id], fortune, remainingMs: 60_000 }
  const { invocation, delivered } = await deliver(world, delivery)
  return { text: JSON.stringify(delivered), calls: invocation.calls.map(({ action }) => action) }
}
