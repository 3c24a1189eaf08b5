import fc from 'fast-check'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import { vefaas } from '../support/events.ts'
import { outcome } from '../support/service.ts'
import { caller, callerText, UNLIMITED } from './callers.ts'
import type { Invocation } from './invocation.ts'
import { act, fortune, type Request, shape, target, targetText } from './requests.ts'
import { createdAt, isStopped, ownerOf, STOPPED_BY_TAG, toUtc } from './truth.ts'
import type { Target, World } from './world.ts'

const QUICK = { legs: [0] }

/** What DescribeSandboxes shows is what there is, each with the end that its callers know. */
export async function checkListing(world: World): Promise<void> {
  const given = { by: UNLIMITED, action: 'DescribeSandboxes', parameters: {}, fortune: QUICK, carry: vefaas } as const
  const { answer } = await world.undisturbed(() => act(world, given))
  const shown = Array.isArray(answer?.body?.Result) ? answer.body.Result : []
  const texts = shown.map(({ SandboxId, Status, CreatedAt, ExpireAt, StoppedBy, StoppedMode, Owner }) =>
    [SandboxId, Status, CreatedAt, ExpireAt, StoppedBy, StoppedMode, Owner].join(' '),
  )
  const wanted = world.visible().map((one) => {
    const stoppedBy = isStopped(one) ? one.Tags.get(STOPPED_BY_TAG) : undefined
    const stoppedMode = one.Status === 'STOPPED' ? one.StoppedMode : undefined
    const times = [toUtc(createdAt(one)), toUtc(world.endOf(one))]
    return [one.InstanceId, one.Status, ...times, stoppedBy, stoppedMode, ownerOf(one)].join(' ')
  })
  const isSame = texts.sort().join('\n') === wanted.sort().join('\n')
  world.check(isSame, () => `DescribeSandboxes shows\n${texts.join('\n')}\nand there are\n${wanted.join('\n')}`)
}

interface Filter {
  target?: Target
  Owner?: string
  Status?: string
  MaxResults?: number
}

const filter: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ MaxResults: fc.constantFrom(3, 100) }) },
  { weight: 2, arbitrary: fc.record({ target }) },
  { weight: 1, arbitrary: fc.record({ target, MaxResults: fc.constant(1) }) },
  { weight: 2, arbitrary: fc.record({ Owner: fc.constantFrom('alice', 'team', 'team-1', UNLIMITED) }) },
  { weight: 1, arbitrary: fc.record({ Owner: fc.constantFrom('alice', 'team'), MaxResults: fc.constant(2) }) },
  { weight: 1, arbitrary: fc.record({ Status: fc.constantFrom('RUNNING', 'STOPPED') }) },
)

/** A list of any caller. It is never killed: other callers share it. */
const listingWith = (filter: fc.Arbitrary<Filter>): fc.Arbitrary<Request> =>
  fc
    .record({ by: caller, filter, legs: fortune.map(({ legs }) => legs), carry: shape })
    .map(({ by, filter, legs, carry }) => ({
      toString: () => `${callerText(by)}list ${filterText(filter)} [legs of ${legs.join(', ')} ms]`,
      async send(world) {
        const { target, ...others } = filter
        const parameters = { ...others, SandboxId: target && world.pick(target) }
        const isWanted = (one: Instance) => world.sees(by, one) && isShown(one, parameters)
        const before = world.visible().filter(isWanted)
        const shown: Shown[] = []
        const invocations: Invocation[] = []
        for (let NextToken: string | undefined; NextToken !== ''; ) {
          const request = { action: 'DescribeSandboxes', parameters: { ...parameters, NextToken } } as const
          const { invocation, answer } = await act(world, { by, ...request, fortune: { legs }, carry })
          if (answer === undefined) return
          const { seesAll, owner } = world.caller(by)
          if (filter.Owner !== undefined && filter.Owner !== owner && !seesAll) {
            const isRefused = outcome(answer) === '403 OperationDenied.Owner' && invocation.calls.length === 0
            world.check(isRefused, () => `${by} lists the sandboxes of ${filter.Owner}: ${answer.text}`)
          } else world.check(answer.status !== 403, () => `${by} may not list: ${answer.text}`)
          if (answer.status !== 200) return
          const page = answer.body?.Result as Shown[]
          world.check(page.length <= (filter.MaxResults ?? 1_000), () => `a page has ${page.length} sandboxes`)
          shown.push(...page)
          invocations.push(invocation)
          NextToken = `${answer.body?.NextToken ?? ''}`
        }
        checkShown(world, by, filter, shown)
        if (invocations.some(({ isDisturbed }) => isDisturbed)) return
        const ids = new Set(shown.map(({ SandboxId }) => SandboxId))
        // Those that were there all the time.
        const missing = before.filter(
          (one) => world.visible().includes(one) && isWanted(one) && !ids.has(one.InstanceId),
        )
        const isWhole =
          missing.length === 0 || (filter.Status !== undefined && !invocations.every(({ isAlone }) => isAlone))
        world.check(isWhole, () => `${by} does not see ${missing.map(({ InstanceId }) => InstanceId)}`)
      },
    }))

export const listing = listingWith(filter)

/** Several callers list everything at the same time, and may share a listing. */
export const listings: fc.Arbitrary<Request[]> = fc.array(listingWith(fc.constant({})), { minLength: 3, maxLength: 3 })

type Shown = Record<string, unknown>

function checkShown(world: World, by: string, { Owner, Status }: Filter, shown: readonly Shown[]): void {
  const { seesAll, owner } = world.caller(by)
  for (const sandbox of shown) {
    const isOurs = world.sandboxes.has(`${sandbox.SandboxId}`)
    const isOwn = seesAll || sandbox.Owner === owner
    const isAsked = (Owner ?? sandbox.Owner) === sandbox.Owner && (Status ?? sandbox.Status) === sandbox.Status
    world.check(isOurs && isOwn && isAsked, () => `${by} sees ${JSON.stringify(sandbox)}`)
  }
  const ids = shown.map(({ SandboxId }) => SandboxId)
  world.check(new Set(ids).size === ids.length, () => `${by} sees one sandbox twice: ${ids}`)
}

function isShown(
  instance: Instance,
  { SandboxId, Owner, Status }: Filter & { SandboxId: string | undefined },
): boolean {
  const isAsked = SandboxId === undefined || SandboxId === instance.InstanceId
  return (
    isAsked && (Owner ?? ownerOf(instance)) === ownerOf(instance) && (Status ?? instance.Status) === instance.Status
  )
}

function filterText({ target, ...others }: Filter): string {
  return [...(target ? [targetText(target)] : []), ...Object.entries(others).map((pair) => pair.join('='))].join(', ')
}
