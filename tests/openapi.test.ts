import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { ACTION_DESCRIPTIONS, describeApi, EVENT_DESCRIPTIONS } from '../infra/api/describe-api.ts'
import { describeApiInLanguages } from '../infra/api/languages.ts'
import type { Fault } from '../infra/emulator/ecs/faults.ts'
import { type EcsEmulator, type Seed, startEcs } from '../infra/emulator/ecs/index.ts'
import { answerPasswordRequest } from '../infra/emulator/machines/password-agent.ts'
import { type CallFailure, failureResponse } from '../infra/emulator/vefaas/runtime/call-failure.ts'
import { requestEvent } from '../infra/emulator/vefaas/runtime/events.ts'
import { MAX_BODY_BYTES, validate } from '../shared/handler/parameters.ts'
import type { Reply } from '../shared/handler/reply.ts'
import { hashToken, mintToken, toTag } from '../shared/manager/sandbox/vnc-token.ts'
import { configure, invoke, teardown } from './support/bundles.ts'
import { type Pair, type Sent, vefaas } from './support/events.ts'
import { type ActionName, type Answer, AUTHORIZED, KEY, request, TAG } from './support/service.ts'
import { type Stub, startStub } from './support/stub-cloud.ts'

// The description against the service: nothing of it that is not so, and nothing that the service answers beyond it.

const project = join(import.meta.dirname, '..')

type Response = {
  headers: Record<string, { $ref: string }>
  content: { 'application/json': { schema: object; examples: Record<string, { value: Example | PlatformExample }> } }
}
type Example = { ResponseMetadata: { Action: string; Error: { Code: string; Message: string } } }
type PlatformExample = { error_code: string; error_message: string }
type Schema = { examples?: unknown[] }
type Operation = {
  operationId: string
  parameters: ({ name: string; in: string; schema: Schema } | { $ref: string })[]
  requestBody?: { content: Record<string, { schema: object; examples: Record<string, { value: object }> }> }
  responses: Record<string, Response | { $ref: string }>
}
type Api = {
  paths: Record<string, { get?: Operation; post?: Operation; options?: Pick<Operation, 'responses'> }>
  components: { responses: Record<string, Response>; schemas: Record<string, object> }
}

const api = describeApi() as Api
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).addSchema({ ...api, $id: 'api' })

const compiled = new Map<string, ValidateFunction>()

function expectValid(schema: object, value: unknown): void {
  const text = JSON.stringify(schema).replaceAll('"#/', '"api#/') // its references lead into the description
  const isValid = compiled.get(text) ?? ajv.compile(JSON.parse(text))
  compiled.set(text, isValid)
  isValid(value)
  expect({ value, errors: isValid.errors }).toEqual({ value, errors: null })
}

const operations = Object.values(api.paths).flatMap(({ get, post }) => [get, post].flatMap((one) => one ?? []))
const named = (name: string) => operations.find(({ operationId }) => operationId === name) ?? expect.fail(name)
const resolved = (response: Response | { $ref: string }): Response =>
  '$ref' in response ? (api.components.responses[refusalIn(response)] ?? expect.fail(response.$ref)) : response
const refusalIn = ({ $ref }: { $ref: string }) => $ref.replace('#/components/responses/', '')

describe('openapi.json', () => {
  it.each(Object.entries(describeApiInLanguages()))('%s is what the schemas say now', (file, text) => {
    const isCurrent = readFileSync(join(project, file), 'utf8') === text
    expect(isCurrent || 'stale: run npm run openapi').toBe(true)
  })

  it('is OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate(JSON.parse(JSON.stringify(api)))).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('has only references that lead somewhere, and nothing that none leads to', () => {
    const text = JSON.stringify(api)
    const used = new Set([...text.matchAll(/"\$ref":"#\/components\/(\w+\/[\w-]+)"/g)].map(([, to]) => to))
    const security = ['ApiKey', 'Bearer', 'Basic'].map((name) => `securitySchemes/${name}`)
    const defined = Object.entries(api.components).flatMap(([kind, all]) =>
      Object.keys(all).map((name) => `${kind}/${name}`),
    )
    expect([...used, ...security].sort()).toEqual(defined.sort())
  })
})

describe('its examples', () => {
  test.each(operations)('of $operationId conform to it, and the service takes them', (operation) => {
    const { operationId, parameters, requestBody, responses } = operation
    const input = ACTION_DESCRIPTIONS[operationId.replace(/ByGet$/, '')]?.input
    for (const parameter of parameters) {
      const schema: Schema = '$ref' in parameter ? {} : parameter.schema
      for (const example of schema.examples ?? []) expectValid(schema, example)
    }
    for (const { schema, examples } of Object.values(requestBody?.content ?? {})) {
      expect(Object.keys(examples)).not.toEqual([])
      for (const { value } of Object.values(examples)) {
        expectValid(schema, value)
        if (input) validate(input, new Map(Object.entries(value)))
      }
    }
    for (const response of Object.values(responses)) {
      const { schema, examples } = resolved(response).content['application/json']
      expect(Object.keys(examples)).not.toEqual([])
      for (const { value } of Object.values(examples)) expectValid(schema, value)
    }
  })

  // Forms for trying a call fill in the example of a parameter, and send it.
  test('are none of the parameters themselves', () => {
    for (const { parameters } of operations) {
      for (const parameter of parameters) expect(parameter).not.toHaveProperty('example')
    }
  })
})

let ecs: EcsEmulator
let agent: Stub
const AGENT_KEY = 'fake-agent-key'

// Each machine has an address of its own on loopback, so that an agent can listen there.
beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  ecs = await startEcs({ addressBlock: '127.87.0.0/16' })
  agent = await startStub((request, response) => {
    const [instance] = ecs.instances()
    if (instance)
      answerPasswordRequest(request, response, instance, { user: 'ecs', key: AGENT_KEY, faults: ecs.faults })
  }, '127.87.0.4')
  await configure(ecs.url)
})
beforeEach(() => ecs.reset())
afterAll(async () => {
  await ecs.close()
  await agent.close()
})

type Settings = Record<string, string>

function sandbox(seed: Seed = {}): string {
  ecs.seed(1, { ...seed, tags: { ...TAG, ...seed.tags } })
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

type Real = Pick<Answer, 'status' | 'headers' | 'body'>

/** Calls an action, or sends an event with these data. */
async function ask(name: string, parameters: Parameters, sent: Sent = {}, context = SOON): Promise<Real> {
  if (name in ACTION_DESCRIPTIONS) {
    const event = vefaas({ ...request(name as ActionName, parameters), ...sent })
    return invoke(name as ActionName, event, context)
  }
  return post({ body: JSON.stringify(parameters), headers: [JSON_TYPE, ...AUTHORIZED], ...sent }, context)
}

const JSON_TYPE: Pair = ['Content-Type', 'application/json']

async function post(sent: Sent, context = SOON): Promise<Real> {
  const reply = await teardown(vefaas({ method: 'POST', ...sent }), context)
  const { statusCode, headers = {}, body } = reply as Reply
  return { status: statusCode, headers, body: JSON.parse(body) }
}

/** The platform ends the invocation so soon. Half a second of it is kept back; the rest is too short to wait for anything. */
const endingIn = (milliseconds: number) => ({ getRemainingTimeInMillis: () => milliseconds })
const SOON = endingIn(1_400)

/** Holds a real answer to what the description says of it. */
function expectDescribed(name: string, { status, headers, body }: Real): void {
  const response = resolved(named(name).responses[status] ?? expect.fail(`${name} has no ${status}`))
  expectValid(response.content['application/json'].schema, body)
  const found = Object.keys(headers).map((header) => header.toLowerCase())
  const common = ['content-type', 'cache-control']
  expect(found.sort()).toEqual(
    [...common, ...Object.keys(response.headers).map((header) => header.toLowerCase())].sort(),
  )
}

describe('every success of', () => {
  const succeed = async (name: string, parameters: Record<string, string> = {}) => {
    const answer = await ask(name, parameters)
    expect(answer.status).toBe(200)
    expectDescribed(name, answer)
    return answer.body?.Result as Record<string, string> & unknown[]
  }

  test('CreateSandbox, RenewSandbox and DeleteSandbox', async () => {
    const { SandboxId = '' } = await succeed('CreateSandbox', { LifetimeSeconds: '3600' })
    await succeed('RenewSandbox', { SandboxId, LifetimeSeconds: '60' })
    await succeed('DeleteSandbox', { SandboxId })
  })

  test('StopSandbox, StartSandbox and RebootSandbox', async () => {
    await succeed('StopSandbox', { SandboxId: sandbox() })
    await succeed('StartSandbox', { SandboxId: sandbox({ status: 'STOPPED' }) })
    await succeed('RebootSandbox', { SandboxId: sandbox() })
  })

  test('DescribeSandboxes', async () => {
    for (const status of ['RUNNING', 'STOPPED', 'ERROR'] as const) sandbox({ status })
    await succeed('CreateSandbox', { InstanceName: 'agent-1' })
    expect(await succeed('DescribeSandboxes')).toHaveLength(4)
    expect(await succeed('DescribeSandboxes', { MaxResults: '2' })).toHaveLength(2)
    expect(await succeed('DescribeSandboxes', { SandboxId: 'i-unknown' })).toEqual([])
  })

  test('DescribeSandboxTerminalUrl and ValidateVncToken', async () => {
    const { Token = '' } = await succeed('DescribeSandboxTerminalUrl', { SandboxId: sandbox() })
    await succeed('ValidateVncToken', { Token })
    await configure(ecs.url, {
      'terminal.vnc_url_template': 'https://viewer.test/#{token}',
      'windows.agent_port': `${agent.port}`,
      'windows.agent_key': AGENT_KEY,
    })
    expect(await succeed('DescribeSandboxTerminalUrl', { SandboxId: sandbox() })).toHaveProperty('Url')
    ecs.reset()
    const SandboxId = sandbox({ imageId: 'image-windows' })
    const { WindowsKey = '' } = await succeed('DescribeSandboxTerminalUrl', { SandboxId })
    const set = ecs.instances()[0]?.passwordSha256
    expect(set).toBe(createHash('sha256').update(WindowsKey).digest('hex'))
    await configure(ecs.url)
  })

  test('TeardownSandboxes', async () => {
    await succeed('TeardownSandboxes', { SandboxId: sandbox() })
    for (const [type, examples] of Object.entries(EVENT_DESCRIPTIONS.TeardownSandboxes?.requests ?? {})) {
      for (const body of Object.values(examples)) {
        const answer = await post({ body: JSON.stringify(body), headers: [['Content-Type', type], ...AUTHORIZED] })
        expect([type, answer.status]).toEqual([type, 200])
        expectDescribed('TeardownSandboxes', answer)
      }
    }
  })
})

test('every answer to the handshake of a web hook is described', async () => {
  const { responses } = api.paths['/events']?.options ?? expect.fail('no OPTIONS')
  const origin: Pair = ['WebHook-Request-Origin', 'events.example.com']
  const answers: [status: number, headers: Pair[]][] = [
    [204, [...AUTHORIZED, origin]],
    [400, [...AUTHORIZED, ['WebHook-Request-Origin', 'two names']]],
    [401, [origin]],
  ]
  for (const [status, sent] of answers) {
    const reply = (await teardown(vefaas({ method: 'OPTIONS', headers: sent }))) as Reply
    const described = Object.keys(resolved(responses[status] ?? expect.fail(`no ${status}`)).headers)
    const found = Object.keys(reply.headers ?? {}).filter((name) => !/^(cache-control|content-type)$/i.test(name))
    expect([reply.statusCode, found.sort()]).toEqual([status, described.sort()])
  }
})

type Parameters = Record<string, string>

/** Parameters with which each succeeds. */
const GOOD: Record<string, () => Parameters> = {
  CreateSandbox: () => ({}),
  DescribeSandboxes: () => ({}),
  RenewSandbox: () => ({ SandboxId: sandbox(), LifetimeSeconds: '60' }),
  StopSandbox: () => ({ SandboxId: sandbox() }),
  StartSandbox: () => ({ SandboxId: sandbox({ status: 'STOPPED' }) }),
  RebootSandbox: () => ({ SandboxId: sandbox() }),
  DeleteSandbox: () => ({ SandboxId: sandbox() }),
  DescribeSandboxTerminalUrl: () => ({ SandboxId: sandbox() }),
  ValidateVncToken: () => ({ Token: mintToken(sandbox()) }),
  TeardownSandboxes: () => ({ SandboxId: sandbox() }),
}

const CHANGES = ['StopSandbox', 'StartSandbox', 'RebootSandbox']

/** What makes requests fail, or the cloud. */
type Failure = {
  /** Only requests of these, with these parameters; else all with good ones. */
  of?: Record<string, () => Parameters | Promise<Parameters>>
  /** Beside the parameters. */
  more?: Parameters
  sent?: Sent
  settings?: Settings | (() => Settings)
  fault?: Fault
  context?: typeof SOON
}

const oneTry = { 'volcengine.max_tries': '1' }
const error = (Status: number, Code: string, Message: string): Failure => ({
  settings: oneTry,
  fault: { Kind: 'Error', Status, Code, Message },
})
const withBody = (body: string): Failure => ({ sent: { method: 'POST', body } })

const FAILURES: Record<string, Failure> = {
  'no key': { sent: { headers: [] } },
  'another key': { sent: { headers: [['X-API-Key', 'another-key']] } },
  'a key without any right': {
    settings: { 'security.keys': JSON.stringify({ other: { key: KEY, actions: ['CreateSandbox'] } }) },
    of: Object.fromEntries(Object.entries(GOOD).filter(([name]) => name !== 'CreateSandbox')),
  },
  'a key that may not create': {
    settings: { 'security.keys': JSON.stringify({ other: { key: KEY, actions: ['read'] } }) },
    of: { CreateSandbox: () => ({}) },
  },
  'another owner': {
    settings: { 'security.keys': JSON.stringify({ planner: { key: KEY, actions: ['read'] } }) },
    of: { DescribeSandboxes: () => ({ Owner: 'other' }) },
  },
  'another method': { sent: { method: 'DELETE' } },
  'another version': { more: { Version: '2020-04-02' } },
  'an unknown parameter': { more: { LifetimeSecond: '60' } },
  'a body that is no JSON': withBody('no JSON'),
  'a body that is too large': withBody(' '.repeat(MAX_BODY_BYTES + 1)),
  'nothing required': {
    of: {
      CreateSandbox: () => ({ TagKey: 'team' }),
      RenewSandbox: () => ({ LifetimeSeconds: '60' }),
      StopSandbox: () => ({}),
      StartSandbox: () => ({}),
      RebootSandbox: () => ({}),
      DeleteSandbox: () => ({}),
      DescribeSandboxTerminalUrl: () => ({}),
      ValidateVncToken: () => ({}),
      TeardownSandboxes: () => ({ Reason: 'task 7 is done' }),
    },
  },
  'no version': { of: { DescribeSandboxes: () => ({}) }, sent: { query: [['Action', 'DescribeSandboxes']] } },
  'a wrong id': {
    of: {
      RenewSandbox: () => ({ SandboxId: 'x', LifetimeSeconds: '60' }),
      TeardownSandboxes: () => ({ SandboxId: 'x' }),
    },
  },
  'half a CloudEvent': { of: { TeardownSandboxes: () => ({ specversion: '1.0' }) } },
  'an override': { of: { CreateSandbox: () => ({ SubnetId: 'subnet-1' }) } },
  'no such sandbox': {
    of: Object.fromEntries(
      [...CHANGES, 'RenewSandbox', 'DeleteSandbox', 'DescribeSandboxTerminalUrl'].map((name) => [
        name,
        () => ({ SandboxId: 'i-unknown', ...(name === 'RenewSandbox' && { LifetimeSeconds: '60' }) }),
      ]),
    ),
  },
  'a sandbox in another status': {
    of: {
      RenewSandbox: () => ({ SandboxId: sandbox({ status: 'ERROR' }), LifetimeSeconds: '60' }),
      ...Object.fromEntries(CHANGES.map((name) => [name, () => ({ SandboxId: sandbox({ status: 'CREATING' }) })])),
      DeleteSandbox: () => ({ SandboxId: sandbox({ status: 'CREATING' }) }),
      DescribeSandboxTerminalUrl: () => ({ SandboxId: sandbox({ status: 'CREATING' }) }),
    },
  },
  'an agent with another key': {
    settings: () => ({ 'windows.agent_port': `${agent.port}`, 'windows.agent_key': 'another-key' }),
    of: { DescribeSandboxTerminalUrl: () => ({ SandboxId: sandbox({ imageId: 'image-windows' }) }) },
  },
  'a token that is unknown': { of: { ValidateVncToken: () => ({ Token: mintToken(sandbox()) }) } },
  'a token that has expired': {
    of: {
      ValidateVncToken: () => {
        const Token = mintToken(sandbox())
        const { Key, Value } = toTag({ hash: hashToken(Token), expiresAt: 1, used: false })
        ecs.instances()[0]?.Tags.set(Key, Value)
        return { Token }
      },
    },
  },
  'a ClientToken that was used': {
    of: {
      CreateSandbox: async () => {
        await ask('CreateSandbox', { ClientToken: 'once' })
        return { ClientToken: 'once', InstanceName: 'another' }
      },
    },
  },
  'too many sandboxes': {
    settings: { 'security.max_sandboxes': '20' },
    of: {
      CreateSandbox: () => {
        for (let count = 0; count < 20; count += 1) sandbox()
        return {}
      },
    },
  },
  'no stock': {
    fault: { Kind: 'NoStock', Action: 'StartInstance' },
    of: { StartSandbox: () => ({ SandboxId: sandbox({ status: 'STOPPED' }) }) },
  },
  'a quota that is used up': { fault: { Kind: 'NoQuota' } },
  'a cloud that throttles': { fault: { Kind: 'Throttle', RetryAfterSeconds: 30 } },
  'a cloud that refuses': error(403, 'AccessDenied', 'The role has no policy for it.'),
  'a cloud that fails': error(500, 'InternalError', 'The service has failed.'),
  'a cloud that is out of reach': { settings: oneTry, fault: { Kind: 'CutBefore' } },
  'a cloud that is late': { context: endingIn(250) },
  'a cloud that says that it is late': error(504, 'GatewayTimeout', 'The service was late.'),
  'a deletion that fails': { fault: { Kind: 'FailItem', Code: 'InvalidInstanceStatus' } },
  'a configuration that cannot be used': { settings: { 'server.port': 'none' } },
}

// What differs from one time to the next.
const plain = (message: string) =>
  message
    .replace(/i-[a-z0-9]+/g, 'i-x')
    .replace(/ Request id \w+/, '')
    .replace(/ClientToken=[\w-]+/, 'ClientToken=x')
    .replace(/quota of \d+/, 'quota of x')

const patternOf = (code: string) => new RegExp(`^${code.replaceAll('.', '\\.').replace(/<Name>|\*/, '[\\w.-]+')}$`)

describe('every failure of', () => {
  test.each(Object.keys(GOOD))('%s is described, and what is described happens', async (name) => {
    const codes = Object.entries(named(name).responses).flatMap(([status, response]) =>
      status === '200'
        ? []
        : Object.entries(resolved(response).content['application/json'].examples).flatMap(([code, { value }]) => {
            if (!('ResponseMetadata' in value)) return [] // the platform's, which no handler answers
            const { Action, Error: example } = value.ResponseMetadata
            return { status, code, message: Action === name ? plain(example.Message) : undefined, messages: new Set() }
          }),
    )
    for (const [failure, { of, more, sent, settings, fault, context }] of Object.entries(FAILURES)) {
      const parameters = of ? of[name] : GOOD[name]
      if (parameters === undefined) continue
      ecs.reset()
      const configured = typeof settings === 'function' ? settings() : settings
      if (configured) await configure(ecs.url, configured).catch(() => {}) // one cannot be used
      const given = { ...(await parameters()), ...more }
      if (fault) ecs.faults.add(fault)
      const answer = await ask(name, given, sent, context)
      if (settings) await configure(ecs.url)
      expectDescribed(name, answer)
      if (answer.status === 200) continue
      const { Code = '', Message = '' } = answer.body?.ResponseMetadata?.Error ?? {}
      const found = codes.find(({ status, code }) => status === `${answer.status}` && patternOf(code).test(Code))
      expect(found, `${failure}: ${answer.status} ${Code}: ${Message}`).toBeDefined()
      found?.messages.add(plain(Message))
    }
    for (const { status, code, message, messages } of codes) {
      expect([status, code, messages.size > 0]).toEqual([status, code, true])
      if (message) expect([...messages]).toContain(message)
    }
  })
})

test.each(Object.keys(GOOD))('what the local platform answers in the place of %s is described', (name) => {
  const { status, body } = unsupportedBody()
  const { schema, examples } = resolved(named(name).responses[status] ?? expect.fail(`it has no ${status}`)).content[
    'application/json'
  ]
  expectValid(schema, body)
  expect(examples[body.error_code]?.value).toEqual(body)
})

/** The answer of the emulated platform to a body that is no text. */
function unsupportedBody(): { status: number; body: PlatformExample } {
  try {
    requestEvent({ method: 'POST', path: '/', query: '', headers: [], body: Buffer.from([0xff]) }, 'r-1')
  } catch (error) {
    const { status, body } = failureResponse(error as CallFailure)
    return { status, body: JSON.parse(body.toString()) }
  }
  return expect.fail('the request has an event')
}
