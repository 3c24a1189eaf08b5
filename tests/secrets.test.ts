import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../infra/emulator/ecs/faults.ts'
import { type EcsEmulator, startEcs } from '../infra/emulator/ecs/index.ts'
import { startVefaas } from '../infra/emulator/vefaas/index.ts'
import { caller, deployFunction, requestOf } from '../infra/emulator/vefaas/testing.ts'
import type { Local, LocalOptions } from '../infra/local/cloud.ts'
import { deployOnce } from '../infra/local/deploy.ts'
import { startLocalForTests } from '../infra/local/testing.ts'
import { environmentOf, type Settings } from './support/manager.ts'
import { answerWith, type Stub, startStub } from './support/stub-cloud.ts'

/** All that nobody may ever read in a log or an answer. With the characters that JSON, URLs and forms write differently. */
const CONFIGURED = {
  password: "Mark-Pw'(1)*!~&=?%+",
  userData: '#mark-user-data-one\necho  "mark-user-data-two"\n',
  agentKey: 'mark-agent-key/+=&1',
  accessKey: 'AKMARKEDACCESSKEY',
  secretKey: 'mark-secret-key/+=1',
  sessionToken: 'mark-session-token/+=1',
  callerKey: 'mark-caller-key/+=1',
}
const SENT = {
  wrongKey: 'mark-wrong-key/+=1',
  password: "Mark-Sent-Pw'(1)*!~&",
  userData: Buffer.from('#mark-sent-user-data\n'.repeat(20)).toString('base64'),
  badToken: 'mark-bad-token/+=1',
  goodToken: `i-none.${'MarkedToken'.repeat(4).slice(0, 43)}`,
}

/** The keys that Windows sandboxes get. */
const WINDOWS_KEY = /^[a-z][a-z0-9]*@[a-z0-9]+$/

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Everything that a text could be written as, and the parts that must not be left of it when it is cut. */
function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret)
  const strict = url.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = new URLSearchParams([['', secret]]).toString().slice(1)
  const whole = [secret, JSON.stringify(secret).slice(1, -1), url, strict, form, base64(secret)]
  return [...whole, ...whole.map((text) => text.slice(0, 12)), secret.slice(-12).trim()]
}

/** The lines of the user data are secrets each for itself: what quotes them may indent them. */
const MARKED = [...Object.values(CONFIGURED), ...Object.values(SENT)].flatMap((secret) => [
  secret,
  ...secret.split(/\s*\n\s*/).filter((line) => line.length > 7),
])

/** The secrets of which something can be read in the text. */
function found(text: string, secrets: readonly string[] = MARKED): string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)))
}

/** Ways in which a cloud may quote what it was sent. */
const WAYS: [string, (secrets: Record<string, string>) => string][] = [
  ['as it is', (secrets) => Object.values(secrets).join(' ')],
  ['as JSON', (secrets) => JSON.stringify(secrets)],
  ['as a query', (secrets) => new URLSearchParams(secrets).toString()],
  ['percent-encoded', (secrets) => Object.values(secrets).map(encodeURIComponent).join('&')],
]

// The first machine gets this address, so that an agent can listen there.
const AGENT_ADDRESS = '127.83.0.4'

interface Place {
  local: Local
  ecs: EcsEmulator
  /** All that the functions wrote. */
  written: string[]
}

let agent: Stub
/** What the agent says of the request; a password in it is the new one. */
let agentSays: (password: string) => unknown = () => ({})
const places: Place[] = []

beforeAll(async () => {
  agent = await startStub((request, response) => {
    const password = new URL(request.url ?? '', 'http://agent').searchParams.get('NewPassword') ?? ''
    answerWith(response, agentSays(password))
  }, AGENT_ADDRESS)
  // One of them with the serverless command, which must pass the special characters on as they are.
  places.push(await start('json', {}, {}, { deploy: deployOnce }), await start('text'))
})
afterAll(async () => {
  await Promise.all(places.flatMap(({ local, ecs }) => [local.close(), ecs.close()]))
  await agent.close()
})
beforeEach(() => {
  agentSays = () => ({ Result: { Result: '' } })
  for (const { ecs, written } of places) {
    ecs.reset()
    written.length = 0
  }
})

async function start(
  format: string,
  more: Settings = {},
  variables: Record<string, string> = {},
  options: Pick<LocalOptions, 'deploy'> = {},
): Promise<Place> {
  const written: string[] = []
  const ecs = await startEcs({
    accessKeys: { [CONFIGURED.accessKey]: CONFIGURED.secretKey },
    addressBlock: '127.83.0.0/16',
  })
  const local = await startLocalForTests({
    auth: 'key',
    cloud: true, // with its own keys, which the emulated cloud of npm start has not
    settings: {
      ...environmentOf({
        'volcengine.endpoint': ecs.url,
        'instance.image_id': 'image-linux',
        'instance.windows_image_id': 'image-windows',
        'instance.zone': 'cn-beijing-a',
        'network.subnet_id': 'subnet-a',
        'network.security_group_ids': ['sg-a'],
        'volcengine.access_key': CONFIGURED.accessKey,
        'volcengine.secret_key': CONFIGURED.secretKey,
        'volcengine.session_token': CONFIGURED.sessionToken,
        'volcengine.max_tries': 1,
        'instance.password': CONFIGURED.password,
        'instance.user_data': CONFIGURED.userData,
        'security.keys': { web: CONFIGURED.callerKey },
        'security.allowed_overrides': ['Password', 'UserData', 'InstanceName'],
        'windows.agent_key': CONFIGURED.agentKey,
        'windows.agent_port': agent.port,
        'log.level': 'info',
        'log.format': format,
        ...more,
      }),
      ...variables,
    },
    onLog: (_name, line) => written.push(line),
    ...options,
  })
  return { local, ecs, written }
}

interface Answer {
  status: number
  text: string
  result: Record<string, string>
}

async function call({ local }: Place, action: string, parameters: Record<string, string> = {}, init: RequestInit = {}) {
  const query = new URLSearchParams({ Action: action, Version: '2020-04-01', ...parameters })
  const headers = { Authorization: `Bearer ${CONFIGURED.callerKey}` }
  const response = await fetch(`${local.url}/?${query}`, { headers, ...init })
  const text = `${JSON.stringify([...response.headers])} ${await response.text()}`
  let result: Record<string, string> = {}
  try {
    result = JSON.parse(text.slice(text.indexOf('] {') + 2)).Result ?? {}
  } catch {
    // A refusal of the platform: the text is what is looked at.
  }
  return { status: response.status, text, result } satisfies Answer
}

/** Every action, good and bad, with every secret that a caller can send. */
async function everything(place: Place): Promise<Answer[]> {
  place.ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' }, imageId: 'image-windows' })
  place.ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' } })
  const [windows = '', linux = ''] = place.ecs.instances().map(({ InstanceId }) => InstanceId)
  const sent = { Password: SENT.password, UserData: SENT.userData }
  const post = (body: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'X-API-Key': CONFIGURED.callerKey, 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const basic = (key: string) => ({ headers: { Authorization: `Basic ${base64(`user:${key}`)}` } })
  return Promise.all([
    call(place, 'CreateSandbox'),
    call(place, 'CreateSandbox', sent),
    call(place, 'CreateSandbox', {}, post(sent)),
    call(place, 'CreateSandbox', { Password: `${SENT.password}\\` }),
    call(place, 'CreateSandbox', { Password: `${SENT.password},`, InstanceName: '!' }),
    call(place, 'CreateSandbox', { UserData: `${SENT.userData}!` }),
    call(place, 'CreateSandbox', { ...sent, Passwort: SENT.password }),
    call(place, 'CreateSandbox', sent, post({ Password: `${SENT.password}2` })),
    call(place, 'CreateSandbox', {}, post(`{"Password":"${SENT.password}","UserData":"${SENT.userData}"`)),
    call(place, 'DeleteSandbox', { SandboxId: 'i-none', ...sent }),
    call(place, 'DeleteSandbox', { SandboxId: SENT.password }),
    call(place, 'DescribeSandboxes'),
    call(place, 'DescribeSandboxes', { NextToken: SENT.goodToken, MaxResults: SENT.password }),
    call(place, 'DescribeSandboxTerminalUrl', { SandboxId: linux }),
    call(place, 'DescribeSandboxTerminalUrl', { SandboxId: windows }),
    call(place, 'ValidateVncToken', { Token: SENT.goodToken }),
    call(place, 'ValidateVncToken', { Token: SENT.badToken }),
    call(place, 'ValidateVncToken', { Token: SENT.goodToken }, post({ Token: SENT.badToken })),
    call(place, 'DescribeSandboxes', {}, { headers: { Authorization: `Bearer ${SENT.wrongKey}` } }),
    call(place, 'DescribeSandboxes', {}, { headers: { 'X-API-Key': SENT.wrongKey } }),
    call(place, 'DescribeSandboxes', {}, basic(SENT.wrongKey)),
    call(place, 'DescribeSandboxes', {}, basic(CONFIGURED.callerKey)),
    call(
      place,
      'DescribeSandboxes',
      {},
      { headers: { Authorization: SENT.wrongKey, 'X-API-Key': CONFIGURED.callerKey } },
    ),
    call(place, 'DescribeSandboxes', {}, { method: 'DELETE', headers: { Authorization: CONFIGURED.callerKey } }),
  ])
}

/** The lines of every call have to be there, or nothing was looked at. */
async function linesOf({ written }: Place, calls: number): Promise<string> {
  await expect
    .poll(() => written.filter((line) => /(Sandbox|Sandboxes|TerminalUrl|VncToken)\b/.test(line)).length)
    .toBeGreaterThanOrEqual(calls)
  return written.join('\n')
}

const faults: [string, Fault | undefined][] = [
  ['nothing', undefined],
  ...WAYS.flatMap(([how, quote]): [string, Fault][] => {
    const Message = quote(CONFIGURED)
    return [
      [`it refuses and quotes all it knows ${how}`, { Kind: 'Error', Status: 400, Code: 'InvalidParameter', Message }],
      [`it fails and quotes all it knows ${how}`, { Kind: 'Error', Status: 500, Code: 'InternalError', Message }],
      [`it answers no JSON and quotes all it knows ${how}`, { Kind: 'NotJson', Body: Message }],
    ]
  }),
  [
    'it quotes the user data as it goes over the wire',
    {
      Kind: 'Error',
      Status: 400,
      Code: 'InvalidUserData.Malformed',
      Message: `UserData=${base64(CONFIGURED.userData)}`,
    },
  ],
  ['it throttles', { Kind: 'Throttle', Message: WAYS[0]?.[1](CONFIGURED) ?? '' }],
  ['it cuts connections', { Kind: 'CutBefore' }],
  ['it answers half', { Kind: 'Truncate' }],
]

describe('no secret is in a log or an answer, whatever the cloud does:', () => {
  it.each(faults)('%s', async (_name, fault) => {
    await Promise.all(
      places.map(async (place) => {
        if (fault !== undefined) place.ecs.faults.add(fault)
        agentSays = (password) => ({ Result: { Result: `no: ${password} ${CONFIGURED.agentKey}` } })
        const answers = await everything(place)
        const lines = await linesOf(place, answers.length)
        expect(found(lines)).toEqual([])
        for (const { text } of answers) expect(found(text)).toEqual([])
      }),
    )
  })

  const failures: [string, { Kind: 'Error'; Status: number; Code: string }][] = [
    ['refuses', { Kind: 'Error', Status: 400, Code: 'InvalidParameter' }],
    ['refuses the parameter', { Kind: 'Error', Status: 400, Code: 'InvalidUserData.Malformed' }],
    ['fails', { Kind: 'Error', Status: 500, Code: 'InternalError' }],
  ]
  const sent = { Password: SENT.password, UserData: SENT.userData }
  const table = WAYS.flatMap(([how, quote]) =>
    failures.map(([what, fault]) => [what, how, quote(sent), fault] as const),
  )

  it.each(table)('it %s and quotes what the caller sent %s', async (_what, _how, Message, fault) => {
    for (const place of places) {
      place.ecs.faults.add({ ...fault, Message })
      const { status, text } = await call(place, 'CreateSandbox', sent)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(found(`${text} ${await linesOf(place, 1)}`)).toEqual([])
      place.ecs.faults.clear()
      place.written.length = 0
    }
  })

  it.each([180, 240, 261, 266, 286])('it quotes a secret behind %i other characters', async (before) => {
    const Message = `${'x'.repeat(before)}${CONFIGURED.password} ${CONFIGURED.secretKey} ${CONFIGURED.userData}`
    for (const place of places) {
      place.ecs.faults.add({ Kind: 'Error', Status: 400, Code: 'InvalidParameter', Message })
      const { text } = await call(place, 'DescribeSandboxes')
      expect(text).toContain('InvalidParameter')
      expect(found(`${text} ${await linesOf(place, 1)}`)).toEqual([])
    }
  })
})

describe('credentials that are not in the configuration', () => {
  it('are hidden as those that are', async () => {
    const place = await start(
      'json',
      { 'volcengine.access_key': '', 'volcengine.secret_key': '' },
      {
        VOLCENGINE_ACCESS_KEY: CONFIGURED.accessKey,
        VOLCENGINE_SECRET_KEY: CONFIGURED.secretKey,
        VOLCENGINE_SESSION_TOKEN: CONFIGURED.sessionToken,
      },
    )
    for (const [how, quote] of WAYS) {
      const { accessKey, secretKey, sessionToken } = CONFIGURED
      const Message = quote({ accessKey, secretKey, sessionToken })
      place.ecs.faults.add({ Kind: 'Error', Status: 401, Code: 'InvalidAccessKey', Message })
      const { status, text } = await call(place, 'DescribeSandboxes')
      expect(status).toBe(502)
      expect(found(`${text} ${await linesOf(place, 1)}`), how).toEqual([])
      place.ecs.faults.clear()
    }
    await place.local.close()
  })
})

describe('what is made for the caller', () => {
  it('is in the answer to the caller, and nowhere else', async () => {
    for (const place of places) {
      const answers = await everything(place)
      const terminals = answers.slice(13, 15)
      const [token = '', key = ''] = terminals.map(({ result }) => result.Token ?? result.WindowsKey)
      expect([token, key]).toEqual([expect.stringMatching(/^i-\w+\.[\w-]{43}$/), expect.stringMatching(WINDOWS_KEY)])
      const keys = [token.split('.')[1] ?? '', key]
      const lines = await linesOf(place, answers.length)
      expect(found(lines, keys)).toEqual([])
      const others = answers.filter((answer) => !terminals.includes(answer)).map(({ text }) => text)
      expect(found(others.join('\n'), keys)).toEqual([])
      for (let time = 0; time < 2; time++) {
        expect(found((await call(place, 'ValidateVncToken', { Token: token })).text, keys)).toEqual([])
      }
      expect(found(await linesOf(place, answers.length + 2), keys)).toEqual([])
    }
  })

  it.each<[string, (password: string) => unknown]>([
    ['quotes it', (password) => ({ Result: { Result: `denied: ${password}` } })],
    ['quotes the query', (password) => `GET /?NewPassword=${encodeURIComponent(password)} failed`],
    ['quotes it as JSON', (password) => ({ error: { request: { NewPassword: password } } })],
    ['quotes it with the key', (password) => `${password} ${CONFIGURED.agentKey}`],
  ])('is in nothing at all when the agent %s and did not set it', async (_name, says) => {
    let password = ''
    agentSays = (given) => {
      password = given
      return says(given)
    }
    for (const place of places) {
      place.ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' }, imageId: 'image-windows' })
      const [instance] = place.ecs.instances()
      const { status, text } = await call(place, 'DescribeSandboxTerminalUrl', {
        SandboxId: instance?.InstanceId ?? '',
      })
      expect(status).toBe(503)
      expect(password).toMatch(WINDOWS_KEY)
      const lines = await linesOf(place, 1)
      expect(found(`${text} ${lines}`, [password, ...MARKED])).toEqual([])
      place.ecs.reset()
      place.written.length = 0
    }
  })
})

describe('a configuration that cannot be used', () => {
  const folder = join(import.meta.dirname, '../dist/describe-sandboxes')
  const bundle = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))

  it.each<[string, string, Record<string, string>]>([
    ['a password that is too weak', 'instance.password', environmentOf({ 'instance.password': 'markweak' })],
    ['keys of callers that is a list', 'security.keys', environmentOf({ 'security.keys': ['markweak'] })],
    ['a key of a caller with a space', 'security.keys', environmentOf({ 'security.keys': { web: 'markweak key' } })],
    ['a number that is a secret', 'server.port', environmentOf({ 'server.port': 'markweak' })],
    ['a section that does not exist', 'SECRETS', { ECS_MANAGER__SECRETS__PASSWORD: 'markweak' }],
    [
      'an endpoint with a password in it',
      'volcengine.endpoint',
      environmentOf({ 'volcengine.endpoint': 'http://user:markweak@127.0.0.1' }),
    ],
  ])('is told in the log without its secrets, and not at all to the caller: %s', async (_name, key, environment) => {
    const written: string[] = []
    const variables = { ...environmentOf({ 'volcengine.secret_key': CONFIGURED.secretKey }), ...environment }
    const vefaas = await startVefaas({ onLog: (_function, line) => written.push(line) })
    const id = await deployFunction(caller(vefaas.url), bundle, {
      Envs: Object.entries(variables).map(([Key, Value]) => ({ Key, Value })),
    })
    const query = 'Action=DescribeSandboxes&Version=2020-04-01'
    const response = await vefaas.invoke(id, requestOf({ query, headers: [['Authorization', CONFIGURED.callerKey]] }))
    await expect.poll(() => written.join('\n').toLowerCase()).toContain(key.toLowerCase())
    await vefaas.close()
    const lines = written.join('\n')
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(lines.toLowerCase()).toContain(key.toLowerCase())
    expect(found(`${lines} ${response.body}`, ['markweak', ...MARKED])).toEqual([])
  })
})
