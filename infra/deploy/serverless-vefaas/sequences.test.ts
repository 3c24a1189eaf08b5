import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { startCloud } from '../../emulator/cloud.ts'
import type { EventConfig, FunctionConfig, GatewayConfig } from './config.ts'
import { codeThatAnswers, deployService, firstDifference, serviceWith, stateOf, testClient } from './testing.ts'

/** Number of random sequences of deployments. A soak sets more. */
const RUNS = Number(process.env.SEQUENCE_RUNS ?? 5)

const cloud = await startCloud({ vefaas: { loadsCode: false, timerSpeed: 0 } })
const client = testClient(cloud.url)
afterAll(() => cloud.close())

type Description = {
  functions: Record<string, Partial<FunctionConfig>>
  gateway: GatewayConfig
  code: Record<string, string>
}

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined })
const oneOf = fc.constantFrom

const event = fc.oneof(
  fc.record({ action: oneOf('Create', 'List'), version: oneOf('1', '2') }).map((apig) => ({ apig })),
  fc.record({ path: oneOf('/a', '/b'), method: maybe(oneOf('GET', 'POST')) }).map((apig) => ({ apig: defined(apig) })),
  fc
    .record({ name: oneOf('often', 'seldom'), crontab: oneOf('0 * * * *', '*/5 * * * *'), enabled: fc.boolean() })
    .map((timer) => ({ timer })),
  fc
    .record({ name: oneOf('sold', 'bought'), topic: oneOf('one', 'two'), retries: oneOf(0, 3) })
    .map((kafka) => ({ kafka: { instanceId: 'k-1', username: 'u', password: 'p', ...kafka } })),
)

const settings = fc
  .record({
    memorySize: maybe(oneOf(512, 2048)),
    timeout: maybe(oneOf(10, 60)),
    description: maybe(oneOf('one', 'two')),
    role: maybe(oneOf('trn:iam::2100000000:role/shop', 'trn:iam::2100000000:role/other')),
    exclusive: maybe(fc.boolean()),
    minInstances: maybe(oneOf(0, 1)),
    maxInstances: maybe(oneOf(2, 20)),
    environment: maybe(fc.dictionary(oneOf('A', 'B', 'C'), oneOf('', '1', '2'))),
    tags: maybe(fc.dictionary(oneOf('team', 'cost'), oneOf('x', 'y'))),
    vpc: maybe(fc.constant({ id: 'vpc-1', subnetIds: ['s-1'], securityGroupIds: ['g-1'] })),
    log: maybe(fc.constant({ project: 'p', topic: 't' })),
    name: maybe(fc.constant('shop-test-another-name')),
    events: fc.uniqueArray(event, { maxLength: 3, selector: (one) => eventKey(one as EventConfig) }),
  })
  .map((one) => defined<object>(one) as Partial<FunctionConfig>)

const gateway: fc.Arbitrary<GatewayConfig> = fc
  .record({
    name: maybe(oneOf('market', 'bazaar')),
    service: maybe(fc.constant('stall')),
    cors: maybe(fc.record({ origins: fc.constant<string[]>(['https://shop.example']), maxAge: oneOf(60, 600) })),
    keyAuth: maybe(
      fc.record({
        header: oneOf('Authorization', 'X-API-Key'),
        consumers: fc.dictionary(oneOf('web', 'app'), oneOf('1', '2'), { minKeys: 1 }).map((keys) => {
          const entries = Object.entries(keys).map(([name, turn]) => [name, { key: `a-key-of-${name}-${turn}` }])
          return Object.fromEntries(entries)
        }),
      }),
    ),
  })
  // Key-auth protects a whole gateway service, so that serverless.yml cannot name an existing one.
  .map(({ service, ...rest }) => defined<object>(rest.keyAuth ? rest : { service, ...rest }))

const description: fc.Arbitrary<Description> = fc.record({
  functions: fc
    .dictionary(oneOf('hello', 'tidy', 'count'), settings, { minKeys: 1 })
    .filter(
      (functions) =>
        new Set(Object.entries(functions).map(([key, { name = key }]) => name)).size === Object.keys(functions).length,
    ),
  gateway,
  code: fc.dictionary(oneOf('hello', 'tidy', 'count'), oneOf('first', 'second')),
})

test(
  'a service has the same state after other versions as alone, and a second deployment changes nothing',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(description, { minLength: 2, maxLength: 4 }), async (sequence) => {
        reset()
        for (const one of sequence) await deployService(client, ...argumentsFor(one))
        const found = stateNow()
        const last = argumentsFor(sequence.at(-1) as Description)
        expect(await deployService(client, ...last)).toEqual([])
        expect(firstDifference(stateNow(), found)).toBe('')

        reset()
        await deployService(client, ...last)
        expect(firstDifference(found, stateNow())).toBe('')
      }),
      { numRuns: RUNS },
    )
  },
  Math.max(180_000, RUNS * 20_000),
)

function reset(): void {
  cloud.vefaas.reset()
  cloud.apig.reset()
}

function argumentsFor({ functions, gateway, code }: Description) {
  const artifactOf = (key: string) => codeThatAnswers(code[key] ?? key)
  return [serviceWith(functions, { gateway }), artifactOf] as const
}

/** A function cannot have two events with the same key. */
function eventKey(one: EventConfig): string {
  if ('timer' in one) return `timer ${one.timer.name}`
  return 'kafka' in one ? `kafka ${one.kafka.name}` : JSON.stringify(one)
}

type FunctionState = {
  ExclusiveMode: boolean
  MaxConcurrency: number
  Release: { Status: string; StableRevisionNumber: number }
  Revisions: (FunctionState & { RevisionNumber: number })[]
}

/**
 * Removes traces of the history: revisions that do not serve, the plugin, a concurrency without effect, ports, the order of
 * lists, and switches that are off or absent.
 */
function stateNow(): unknown {
  const {
    functions,
    plugins: _plugins,
    ...rest
  } = stateOf(cloud) as Record<string, unknown> & { functions: FunctionState[] }
  const state = {
    ...rest,
    functions: functions.map(({ Release, Revisions, ...one }) => ({
      ...normal(one),
      status: Release.Status,
      serves: Revisions.filter(({ RevisionNumber }) => RevisionNumber === Release.StableRevisionNumber).map(
        ({ RevisionNumber: _number, ...revision }) => normal(revision),
      ),
    })),
  }
  return JSON.parse(JSON.stringify(state), (key, value) => {
    if (key === 'Domain' || isEmpty(value)) return undefined
    return Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value
  })
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === false || (Array.isArray(value) && value.length === 0)
}

function normal<State extends Partial<FunctionState>>({ MaxConcurrency, ...rest }: State): object {
  return {
    ...rest,
    MaxConcurrency: rest.ExclusiveMode ? 'any' : MaxConcurrency,
  }
}

function defined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never
}
