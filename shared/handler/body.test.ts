import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../../infra/emulator/ecs/index.ts'
import { anyText } from '../../tests/support/any-text.ts'
import { vefaas } from '../../tests/support/events.ts'
import { AUTHORIZED, configure, invoke } from '../../tests/support/service.ts'

let ecs: EcsEmulator

beforeAll(async () => {
  ecs = await startEcs()
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await configure(ecs.url, {
    'security.allowed_overrides': '["InstanceName","TagKey","TagValue","SecurityGroupIds","Password"]',
  })
})
afterAll(() => ecs.close())

/** A number as JSON may write it: with more digits than a double holds, with an exponent, with zeros at the end. */
const number = fc.oneof(
  fc.integer({ min: 0, max: 604_800 }).map(String),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.tuple(fc.nat(999), fc.nat(99)).map(([whole, part]) => `${whole}.${part}0`),
  fc.tuple(fc.nat(99), fc.integer({ min: -400, max: 400 })).map(([digits, exponent]) => `${digits}e${exponent}`),
)
const text = fc.oneof(
  fc.stringMatching(/^[a-z0-9]{1,20}$/),
  fc.stringMatching(/^[1-9]\d{15,19}$/),
  fc.stringMatching(/^\d\.\d0$/),
  anyText({ maxLength: 8 }),
  fc.constant(''),
)
const anything = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value))
const value = fc.oneof(
  { arbitrary: text.map((content) => JSON.stringify(content)), weight: 6 },
  { arbitrary: number, weight: 2 },
  anything,
)

const TEXTS = ['InstanceName', 'TagKey', 'TagValue', 'ClientToken', 'Password'] as const
const name = fc.oneof(
  { arbitrary: fc.constantFrom(...TEXTS, 'LifetimeSeconds'), weight: 30 },
  fc.constantFrom('Nonsense', '__proto__', 'instanceName', 'constructor', ''),
)
const members = fc.array(fc.tuple(name, value), { maxLength: 4 })
const space = fc.constantFrom('', ' ', '\n', '\t\r\n')

test('whatever JSON a body holds, it is refused with 400 or reaches the cloud as it is', async () => {
  const seen = { good: 0, refused: 0 }
  const body = fc.tuple(members, space, fc.constantFrom('', '\ufeff')).map(([members, space, mark]) => {
    const written = members.map(([name, value]) => `${JSON.stringify(name)}${space}:${value}`)
    return { body: `${mark}${space}{${written.join(`,${space}`)}}`, names: members.map(([name]) => name) }
  })
  const other = anything.map((body) => ({ body, names: [] }))
  await fc.assert(
    fc.asyncProperty(fc.oneof({ arbitrary: body, weight: 9 }, other), async ({ body, names }) => {
      ecs.reset()
      const query = Object.entries({ Action: 'CreateSandbox', Version: '2020-04-01' })
      const headers = [...AUTHORIZED, ['Content-Type', 'application/json'] as const]
      const answer = await invoke('CreateSandbox', vefaas({ method: 'POST', headers, query, body }))
      if (answer.status !== 200) {
        seen.refused += 1
        expect(answer.status).toBe(400)
        expect(ecs.instances()).toHaveLength(0)
        return
      }
      seen.good += 1
      const sent: Record<string, unknown> = JSON.parse(body.replace('\ufeff', ''))
      const given = Object.entries(sent).filter(([, value]) => value !== '' && value !== null)
      expect(names).toHaveLength(new Set(names).size)
      for (const [name, value] of given) {
        if (name !== 'LifetimeSeconds') expect(typeof value).toBe('string')
        if (typeof value === 'number') expect(body).toMatch(new RegExp(`: *${value}(\\.0+)?\\s*[,}]`))
      }

      const { InstanceName = 'desktop', TagKey, TagValue, LifetimeSeconds = 86_400 } = Object.fromEntries(given)
      const [machine] = ecs.instances()
      expect(machine?.InstanceName).toBe(`sandbox-${InstanceName}`)
      expect(machine?.Tags.get(`${TagKey}`)).toBe(TagValue)
      const { ExpireAt } = (answer.body as { Result: { ExpireAt: string } }).Result
      const lived = (Date.parse(ExpireAt) - Number(machine?.Tags.get('ecs-manager:begin'))) / 1_000
      expect(Math.floor(lived)).toBe(Number(LifetimeSeconds))
    }),
    { numRuns: 500 },
  )
  // Else the property holds of nothing.
  expect(Math.min(seen.good, seen.refused)).toBeGreaterThan(20)
})
