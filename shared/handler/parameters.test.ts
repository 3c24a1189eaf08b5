import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../../infra/emulator/ecs/index.ts'
import { apiGatewayV1, apiGatewayV2, inBase64, type Pair, type Sent, vefaas } from '../../tests/support/events.ts'
import { AUTHORIZED, configure, invoke, outcome, request } from '../../tests/support/service.ts'

let ecs: EcsEmulator

beforeAll(async () => {
  ecs = await startEcs()
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await configure(ecs.url, {
    'security.allowed_overrides': '["InstanceName","TagKey","TagValue","SecurityGroupIds","UserData","Password"]',
  })
})
afterAll(() => ecs.close())
beforeEach(() => ecs.reset())

const JSON_TYPE: Pair = ['Content-Type', 'application/json']
const COMMON = { Action: 'CreateSandbox', Version: '2020-04-01' }

const create = (sent: Sent) =>
  invoke('CreateSandbox', vefaas({ method: 'POST', headers: [...AUTHORIZED, JSON_TYPE], ...sent }))
const createWith = (body: unknown, query: readonly Pair[] = Object.entries(COMMON)) =>
  create({ query, body: typeof body === 'string' ? body : JSON.stringify(body) })

const made = () => ecs.instances()[0]
const groups = () => made()?.NetworkInterfaces[0]?.SecurityGroupIds

describe('the same fields are taken', () => {
  test('from the query', async () => {
    expect(outcome(await create({ method: 'GET', query: [...Object.entries(COMMON), ['InstanceName', 'q']] }))).toBe(
      '200',
    )
    expect(made()?.InstanceName).toBe('sandbox-q')
  })

  test.each(['GET', 'POST'])('from a JSON body, with %s', async (method) => {
    const body = JSON.stringify({ ...COMMON, InstanceName: 'b' })
    expect(outcome(await create({ method, query: Object.entries(COMMON), body }))).toBe('200')
    expect(made()?.InstanceName).toBe('sandbox-b')
  })

  test.each(['Action', 'Version'])('but for %s, which the gateway reads in the query', async (name) => {
    const query = Object.entries(COMMON).filter(([key]) => key !== name)
    expect(outcome(await createWith(COMMON, query))).toBe(`400 MissingParameter.${name}`)
    expect(ecs.calls).toHaveLength(0)
  })

  test('from both, each its own', async () => {
    expect(
      outcome(await createWith({ TagKey: 'k', InstanceName: 'b' }, [...Object.entries(COMMON), ['TagValue', 'v']])),
    ).toBe('200')
    expect(made()?.Tags.get('k')).toBe('v')
  })

  test('from both, the same in each', async () => {
    const query: Pair[] = [
      ...Object.entries(COMMON),
      ['InstanceName', '5'],
      ['LifetimeSeconds', '600'],
      ['SecurityGroupIds', 'sg-a,sg-b'],
    ]
    const body = { ...COMMON, InstanceName: '5', LifetimeSeconds: 600, SecurityGroupIds: ['sg-a', 'sg-b'] }
    expect(outcome(await createWith(body, query))).toBe('200')
  })
})

describe('given in query and body with different values', () => {
  test.each<[string, Pair, unknown]>([
    ['InstanceName', ['InstanceName', 'a'], { InstanceName: 'b' }],
    ['LifetimeSeconds', ['LifetimeSeconds', '600'], { LifetimeSeconds: 601 }],
    ['InstanceName', ['InstanceName', 'a'], { InstanceName: 'A' }],
    ['SecurityGroupIds', ['SecurityGroupIds', 'sg-a'], { SecurityGroupIds: ['sg-b'] }],
    ['SecurityGroupIds', ['SecurityGroupIds.1', 'sg-a'], { SecurityGroupIds: ['sg-a', 'sg-b'] }],
    ['Password', ['Password', 'Fake-Pass-1'], { Password: 'Fake-Pass-2' }],
  ])('%s is an error (%j, %j)', async (name, pair, body) => {
    const answer = await createWith(body, [...Object.entries(COMMON), pair])
    expect(outcome(answer)).toBe(`400 InvalidParameter.${name}`)
    expect(answer.text).not.toContain('Fake-Pass')
    expect(ecs.calls).toHaveLength(0)
  })

  test('Action and Version are no exception', async () => {
    expect(outcome(await createWith({ ...COMMON, Action: 'DeleteSandbox' }))).toMatch(
      /^40[04] Invalid(Parameter\.Action|ActionOrVersion)$/,
    )
    expect(outcome(await createWith({ ...COMMON, Version: '2021-01-01' }))).toMatch(
      /^40[04] Invalid(Parameter\.Version|ActionOrVersion)$/,
    )
  })
})

describe('an empty value counts as absent', () => {
  test.each<[string, Pair[], unknown]>([
    [
      'in the query',
      [
        ['InstanceName', ''],
        ['SubnetId', ''],
        ['SecurityGroupIds.1', ''],
      ],
      undefined,
    ],
    ['in the body', [], { InstanceName: '', TagKey: '', SecurityGroupIds: [] }],
    ['null in the body', [], { InstanceName: null, SecurityGroupIds: null }],
    ['in the query, where the body has one', [['InstanceName', '']], { InstanceName: 'desktop' }],
    ['in the body, where the query has one', [['InstanceName', 'desktop']], { InstanceName: '' }],
  ])('%s', async (_, pairs, body) => {
    const answer = await create({
      query: [...Object.entries(COMMON), ...pairs],
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    expect(outcome(answer)).toBe('200')
    expect(made()?.InstanceName).toBe('sandbox-desktop')
    expect(groups()).toEqual(['sg-test'])
  })

  test('a required one is then missing', async () => {
    expect(outcome(await invoke('DeleteSandbox', vefaas(request('DeleteSandbox', { SandboxId: '' }))))).toBe(
      '400 MissingParameter.SandboxId',
    )
  })
})

describe('a list', () => {
  test.each<[string, Pair[]]>([
    ['with commas', [['SecurityGroupIds', 'sg-a,sg-b']]],
    [
      'counted',
      [
        ['SecurityGroupIds.1', 'sg-a'],
        ['SecurityGroupIds.2', 'sg-b'],
      ],
    ],
    [
      'repeated',
      [
        ['SecurityGroupIds', 'sg-a'],
        ['SecurityGroupIds', 'sg-b'],
      ],
    ],
  ])('of a query can be written %s', async (_, pairs) => {
    expect(outcome(await create({ method: 'GET', query: [...Object.entries(COMMON), ...pairs] }))).toBe('200')
    expect(groups()).toEqual(['sg-a', 'sg-b'])
  })

  test.each([
    ['with commas', { SecurityGroupIds: 'sg-a,sg-b' }],
    ['as an array', { SecurityGroupIds: ['sg-a', 'sg-b'] }],
    ['counted', { 'SecurityGroupIds.1': 'sg-a', 'SecurityGroupIds.2': 'sg-b' }],
  ])('of a body can be written %s', async (_, body) => {
    expect(outcome(await createWith(body))).toBe('200')
    expect(groups()).toEqual(['sg-a', 'sg-b'])
  })

  test.each<[string, Pair]>([
    ['0', ['SecurityGroupIds.0', 'sg-a']],
    ['01', ['SecurityGroupIds.01', 'sg-a']],
    ['nothing', ['SecurityGroupIds.', 'sg-a']],
    ['a word', ['SecurityGroupIds.x', 'sg-a']],
    ['a list of its own', ['SecurityGroupIds.1.1', 'sg-a']],
    ['another case', ['securityGroupIds.1', 'sg-a']],
    ['brackets', ['SecurityGroupIds[0]', 'sg-a']],
  ])('counted with %s is no parameter', async (_, [name, value]) => {
    const answer = await create({ method: 'GET', query: [...Object.entries(COMMON), [name, value]] })
    expect(outcome(answer)).toMatch(/^400 UnknownParameter\./)
  })

  test('is only where there is one: another parameter cannot be counted', async () => {
    const answer = await create({ method: 'GET', query: [...Object.entries(COMMON), ['InstanceName.1', 'a']] })
    expect(outcome(answer)).toBe('400 UnknownParameter.InstanceName.1')
  })
})

describe('a repeated key', () => {
  test.each([
    ['InstanceName', 'a'],
    ['OsType', 'Linux'],
    ['Password', 'Fake-Pass-1'],
    ['TagValue', 'a'],
    ['ClientToken', 'a'],
    ['UserData', 'IyEv'],
  ])('%s is refused, the same value twice as well', async (name, value) => {
    const query: Pair[] = [...Object.entries(COMMON), ['TagKey', 'k'], ['TagValue', 'v'], [name, value], [name, value]]
    for (const shape of [vefaas, apiGatewayV1, apiGatewayV2]) {
      const answer = await invoke('CreateSandbox', shape({ query, headers: AUTHORIZED }))
      expect(outcome(answer)).toBe(`400 InvalidParameter.${name}`)
    }
    expect(ecs.calls).toHaveLength(0)
  })

  test.each(['Action', 'Version'])('%s leads nowhere', async (name) => {
    const query: Pair[] = [...Object.entries(COMMON), [name, COMMON[name as keyof typeof COMMON]]]
    expect(outcome(await create({ method: 'GET', query }))).toBe('404 InvalidActionOrVersion')
  })
})

describe('a body', () => {
  test.each<[string, unknown, string]>([
    ['an object', {}, '200'],
    ['with a number where a text belongs', { InstanceName: 42 }, '400 InvalidParameter.InstanceName'],
    [
      'with a number that has more digits than a double',
      '{"ClientToken":653247040368672768}',
      '400 InvalidParameter.ClientToken',
    ],
    [
      'with a number as the value of a tag',
      '{"TagKey":"k","TagValue":7385295279312694251}',
      '400 InvalidParameter.TagValue',
    ],
    ['with a number that ends in 0', '{"InstanceName":1.10}', '400 InvalidParameter.InstanceName'],
    ['with infinity', '{"InstanceName":1e400}', '400 InvalidParameter.InstanceName'],
    ['with a number as a password', { Password: 12345678 }, '400 InvalidParameter.Password'],
    ['with a number in a list', { SecurityGroupIds: ['sg-a', 1] }, '400 InvalidParameter.SecurityGroupIds'],
    ['with a lifetime', { LifetimeSeconds: 600 }, '200'],
    ['with a lifetime as a text', { LifetimeSeconds: '600' }, '200'],
    ['with an endless lifetime', '{"LifetimeSeconds":1e400}', '400 InvalidParameter.LifetimeSeconds'],
    ['with a lifetime that ends in .0', '{"LifetimeSeconds":600.0}', '200'],
    [
      'with a lifetime that would be rounded',
      '{"LifetimeSeconds":600.0000000000000001}',
      '400 InvalidParameter.LifetimeSeconds',
    ],
    [
      'with a lifetime that would be rounded to 0',
      '{"LifetimeSeconds":1e-400}',
      '400 InvalidParameter.LifetimeSeconds',
    ],
    ['with numbers in a text', '{"ClientToken":"1e-400:1.10"}', '200'],
    ['with a part of a second', { LifetimeSeconds: 600.5 }, '400 InvalidParameter.LifetimeSeconds'],
    ['with a name twice', '{"InstanceName":"a","InstanceName":"b"}', '400 InvalidParameter.InstanceName'],
    [
      'with a name twice, the same value',
      '{"InstanceName":"a","InstanceName":"a"}',
      '400 InvalidParameter.InstanceName',
    ],
    [
      'with a name twice, once escaped',
      '{"InstanceName":"a","\\u0049nstanceName":"b"}',
      '400 InvalidParameter.InstanceName',
    ],
    ['with a byte order mark', '\ufeff{"InstanceName":"a"}', '200'],
    ['with two byte order marks', '\ufeff\ufeff{}', '400 InvalidParameter.Body'],
    ['with true', { InstanceName: true }, '400 InvalidParameter.InstanceName'],
    ['with an object inside', { InstanceName: { a: 1 } }, '400 InvalidParameter.InstanceName'],
    ['with a list in a list', { SecurityGroupIds: [['sg-a']] }, '400 InvalidParameter.SecurityGroupIds'],
    ['with null in a list', { SecurityGroupIds: ['sg-a', null] }, '400 InvalidParameter.SecurityGroupIds'],
    ['with an object in a list', { SecurityGroupIds: [{}] }, '400 InvalidParameter.SecurityGroupIds'],
    ['with an empty text in a list', { SecurityGroupIds: ['sg-a', ''] }, '400 InvalidParameter.SecurityGroupIds'],
    ['a list', [], '400 InvalidParameter.Body'],
    ['a list of objects', [{ InstanceName: 'a' }], '400 InvalidParameter.Body'],
    ['null', null, '400 InvalidParameter.Body'],
    ['a number', 42, '400 InvalidParameter.Body'],
    ['true', 'true', '400 InvalidParameter.Body'],
    ['a text', '"InstanceName=a"', '400 InvalidParameter.Body'],
    ['not JSON', '{', '400 InvalidParameter.Body'],
    ['JSON twice', '{}{}', '400 InvalidParameter.Body'],
    ['a form', 'InstanceName=a', '400 InvalidParameter.Body'],
    ['only space', '   ', '400 InvalidParameter.Body'],
    ['JSON with a comment', '{} // a', '400 InvalidParameter.Body'],
    ['an unknown parameter', { Nonsense: 1 }, '400 UnknownParameter.Nonsense'],
    ['a parameter in another case', { instanceName: 'a' }, '400 UnknownParameter.instanceName'],
    ['a parameter that asks for no end', { lifetimeseconds: 60 }, '400 UnknownParameter.lifetimeseconds'],
    ['a parameter of another action', { SandboxId: 'i-a' }, '400 UnknownParameter.SandboxId'],
    ['__proto__', '{"__proto__":{"InstanceName":"a"}}', '400 UnknownParameter.__proto__'],
    ['with an object that has a toString of its own', '{"Password":{"toString":1}}', '400 InvalidParameter.Password'],
    [
      'a list in two ways',
      { SecurityGroupIds: ['sg-a'], 'SecurityGroupIds.1': 'sg-b' },
      '400 InvalidParameter.SecurityGroupIds',
    ],
    [
      'a list that is counted, of objects',
      { 'SecurityGroupIds.1': { toString: 1 } },
      '400 InvalidParameter.SecurityGroupIds',
    ],
    ['with true as a lifetime', { LifetimeSeconds: true }, '400 InvalidParameter.LifetimeSeconds'],
    ['__proto__ as a text', '{"__proto__":"a"}', '400 UnknownParameter.__proto__'],
    ['constructor', '{"constructor":"a"}', '400 UnknownParameter.constructor'],
    ['an empty name', '{"":"a"}', '400 UnknownParameter.Unnamed'],
    ['a name of odd characters', { '<b>\n"': 'a' }, '400 UnknownParameter.b'],
  ])('%s', async (_, body, expected) => {
    expect(outcome(await createWith(body))).toBe(expected)
    expect(ecs.instances()).toHaveLength(expected === '200' ? 1 : 0)
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
    'application/json ; charset=utf-8',
  ])('announced as %s is read', async (type) => {
    const headers: Pair[] = [...AUTHORIZED, ['Content-Type', type]]
    const answer = await create({ query: Object.entries(COMMON), headers, body: '{"InstanceName":"b"}' })
    expect(outcome(answer)).toBe('200')
    expect(made()?.InstanceName).toBe('sandbox-b')
  })

  test.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/jsonx',
    'text/json',
    'xapplication/json',
    'application/json,text/plain',
  ])('announced as %s is refused, and never left aside', async (type) => {
    const headers: Pair[] = type === undefined ? [...AUTHORIZED] : [...AUTHORIZED, ['Content-Type', type]]
    const answer = await create({ query: Object.entries(COMMON), headers, body: '{"InstanceName":"b"}' })
    expect(outcome(answer)).toBe('400 InvalidParameter.Body')
    expect(ecs.instances()).toHaveLength(0)
  })

  test('that is compressed is refused, with a word about it', async () => {
    const zipped = gzipSync('{"InstanceName":"b"}').toString('base64')
    const headers: Pair[] = [...AUTHORIZED, JSON_TYPE, ['Content-Encoding', 'gzip']]
    const event = apiGatewayV2({ method: 'POST', query: Object.entries(COMMON), headers })
    const answer = await invoke('CreateSandbox', { ...event, body: zipped, isBase64Encoded: true })
    expect(outcome(answer)).toBe('400 InvalidParameter.Body')
    expect(answer.message).toContain('not compressed')
  })

  test('in base64 is read, characters beyond ASCII included', async () => {
    const event = apiGatewayV1({
      method: 'POST',
      query: Object.entries(COMMON),
      headers: [...AUTHORIZED, JSON_TYPE],
      body: '{"InstanceName":"桌面"}',
    })
    expect(outcome(await invoke('CreateSandbox', inBase64(event)))).toBe('200')
    expect(made()?.InstanceName).toBe('sandbox-桌面')
  })

  test('never has its text in the answer', async () => {
    const answer = await createWith('{"Password":"Fake-Pass-1"')
    expect(outcome(answer)).toBe('400 InvalidParameter.Body')
    expect(answer.text).not.toContain('Fake-Pass')
  })
})

describe('a body of', () => {
  const padded = (bytes: number) => {
    const text = '{"InstanceName":"big"}'
    return text + ' '.repeat(bytes - text.length)
  }
  const wide = `{"InstanceName":"${'桌'.repeat(30_000)}"}`

  test.each([
    ['exactly 64 KiB is read', padded(65_536), '200'],
    ['one byte less is read', padded(65_535), '200'],
    ['one byte more is too large', padded(65_537), '413 RequestEntityTooLarge'],
    ['1 MB is too large', padded(1_000_000), '413 RequestEntityTooLarge'],
    ['fewer characters but more bytes is too large', wide, '413 RequestEntityTooLarge'],
    ['64 KiB and more that is no JSON is too large', 'x'.repeat(70_000), '413 RequestEntityTooLarge'],
  ])('%s, plain and as base64', async (_, body, expected) => {
    const event = apiGatewayV2({
      method: 'POST',
      query: Object.entries(COMMON),
      headers: [...AUTHORIZED, JSON_TYPE],
      body,
    })
    expect(outcome(await invoke('CreateSandbox', event))).toBe(expected)
    expect(outcome(await invoke('CreateSandbox', inBase64(event)))).toBe(expected)
  })

  test('64 KiB of brackets costs no stack', async () => {
    for (const body of [
      '['.repeat(65_536),
      `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
      '{"a":'.repeat(13_000),
    ]) {
      expect(outcome(await createWith(body))).toMatch(/^400 (InvalidParameter|UnknownParameter)\./)
    }
  })
})

describe('Action and Version', () => {
  test.each<[string, Record<string, string>, string]>([
    ['no Action', { Version: '2020-04-01' }, '400 MissingParameter.Action'],
    ['no Version', { Action: 'CreateSandbox' }, '400 MissingParameter.Version'],
    ['neither', {}, '400 MissingParameter.Action'],
    ['an empty Action', { Action: '', Version: '2020-04-01' }, '400 MissingParameter.Action'],
    ['another action', { Action: 'DeleteSandbox', Version: '2020-04-01' }, '404 InvalidActionOrVersion'],
    ['an action of the cloud', { Action: 'RunInstances', Version: '2020-04-01' }, '404 InvalidActionOrVersion'],
    ['another case', { Action: 'createsandbox', Version: '2020-04-01' }, '404 InvalidActionOrVersion'],
    ['a space', { Action: 'CreateSandbox ', Version: '2020-04-01' }, '404 InvalidActionOrVersion'],
    ['NUL', { Action: 'CreateSandbox\0', Version: '2020-04-01' }, '404 InvalidActionOrVersion'],
    ['another day', { Action: 'CreateSandbox', Version: '2020-04-02' }, '404 InvalidActionOrVersion'],
    ['a version that is near', { Action: 'CreateSandbox', Version: '2020-4-1' }, '404 InvalidActionOrVersion'],
    ['lower case names', { action: 'CreateSandbox', version: '2020-04-01' }, '400 MissingParameter.Action'],
  ])('%s: %j', async (_, query, expected) => {
    expect(outcome(await create({ method: 'GET', query: Object.entries(query) }))).toBe(expected)
    expect(ecs.calls).toHaveLength(0)
  })

  test('a wrong action is told before its parameters are', async () => {
    const query: Pair[] = [
      ['Action', 'DeleteSandbox'],
      ['Version', '2020-04-01'],
      ['SandboxId', 'i-a'],
    ]
    expect(outcome(await create({ method: 'GET', query }))).toBe('404 InvalidActionOrVersion')
  })
})

test('an unknown parameter is answered with the known ones, never with its value', async () => {
  const answer = await create({ method: 'GET', query: [...Object.entries(COMMON), ['password', 'Fake-Pass-1']] })
  expect(outcome(answer)).toBe('400 UnknownParameter.password')
  expect(answer.message).toMatch(/Known:.*\bPassword\b/)
  expect(answer.text).not.toContain('Fake-Pass')
})
