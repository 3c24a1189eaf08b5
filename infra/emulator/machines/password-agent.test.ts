import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../ecs/faults.ts'
import { createEcs } from '../ecs/index.ts'
import type { InstanceProgram } from './instance-program.ts'
import { startPasswordAgent } from './password-agent.ts'

const address = '127.99.0.4'
const port = 20_000 + (process.pid % 10_000)
const key = 'key-of-the-agent'
const ecs = createEcs({ addressBlock: '127.99.0.0/16' })
let agent: InstanceProgram

beforeEach(() => {
  ecs.reset()
  ecs.seed(1, { imageId: 'image-windows' })
  agent = start()
})
afterEach(() => agent.stop())

const instance = () => {
  const [first] = ecs.instances()
  if (!first) throw new Error('there is no instance')
  return first
}
const start = (options = {}) =>
  startPasswordAgent(instance(), address, { port, user: 'ecs', key, faults: ecs.faults, ...options })
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const good = { Action: 'ChangePassword', Version: '2020-04-01', Username: 'ecs', NewPassword: 'good-secret-1' }

async function ask(query: Record<string, string> = {}, headers: Record<string, string> = { 'X-API-Key': key }) {
  const url = `http://${address}:${port}/?${new URLSearchParams({ ...good, ...query })}`
  const response = await fetch(url, { headers: { Connection: 'close', ...headers } })
  return { status: response.status, body: (await response.json()) as unknown }
}
const enveloped = (status: number, Result: object, Action = 'ChangePassword', Version = '2020-04-01') => ({
  status,
  body: {
    ResponseMetadata: {
      RequestId: expect.stringMatching(/^\w{34}$/),
      Action,
      Version,
      Service: 'tool_server',
      Region: 'cn-beijing',
    },
    Result,
  },
})
const failure = (text: string) => enveloped(200, { Result: text })
const success = failure('')
const denied = enveloped(401, { Error: 'Permission denied' })

describe('the agent', () => {
  it('sets the password, and the instance keeps its hash', async () => {
    expect(await ask()).toEqual(success)
    expect(instance().passwordSha256).toBe(sha256('good-secret-1'))
    expect(await ask({ NewPassword: 'other@secret 2' })).toEqual(success)
    expect(instance().passwordSha256).toBe(sha256('other@secret 2'))
  })

  it.each([
    ['Good-Secret-1', 'good-secret-1'],
    ['HelloWorld1@', 'hello_world1@'],
    ['a1B@cD2', 'a1_b@c_d2'],
    ['ABC@DEF1', 'abc@def1'],
    ['Ka9@55630', 'ka9@55630'],
  ])('sets %s as %s, and reports a success', async (given, set) => {
    expect(await ask({ NewPassword: given })).toEqual(success)
    expect(instance().passwordSha256).toBe(sha256(set))
  })

  it('looks a user up by the converted name', async () => {
    expect(await ask({ Username: 'ECS' })).toEqual(success)
    expect(await ask({ Username: 'deskUser' })).toEqual(failure('The user name could not be found.'))
    await agent.stop()
    agent = start({ user: 'desk_user' })
    expect(await ask({ Username: 'deskUser' })).toEqual(success)
  })

  it.each([
    'Ka9@01234567890123456789012345',
    'fifteen-letter1',
    'aB3@aB3@aB3@aB', // 14 characters become 18
  ])('sets no password of more than 14 characters, because the question gets no answer: %s', async (NewPassword) => {
    const { status, body } = await ask({ NewPassword })
    expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('No valid response was provided.')])
    expect(instance().passwordSha256).toBeUndefined()
  })

  it.each<[Record<string, string>, object]>([
    [{}, denied],
    [{ 'X-API-Key': '' }, denied],
    [{ 'X-API-Key': 'another-key' }, denied],
    [{ 'X-API-Key': `${key}-` }, denied],
    [{ Authorization: `Bearer ${key}` }, denied],
    [{ Authorization: key, 'X-API-Key': 'another-key' }, denied],
  ])('with %j: 401', async (headers, expected) => {
    expect(await ask({}, headers)).toEqual(expected)
    expect(instance().passwordSha256).toBeUndefined()
  })

  it('accepts the key in Authorization too', async () => {
    expect(await ask({}, { Authorization: key })).toEqual(success)
    expect(await ask({}, { Authorization: 'another-key', 'X-API-Key': key })).toEqual(success)
  })

  it.each([
    [{ Action: 'changepassword' }, 'The action or its version is not known.'],
    [{ Version: '2020-04-02' }, 'The action or its version is not known.'],
    [{ Username: 'root' }, 'The user name could not be found.'],
    [{ NewPassword: 'short' }, 'The password does not meet the password policy requirements.'],
    [{ NewPassword: '' }, 'The password does not meet the password policy requirements.'],
  ])('with %j: 200 with "%s"', async (query, text) => {
    const { Action, Version } = { ...good, ...query }
    expect(await ask(query)).toEqual(enveloped(200, { Result: text }, Action, Version))
    expect(instance().passwordSha256).toBeUndefined()
  })

  it.each([
    ['GET', '/other', 404],
    ['POST', '/', 405],
    ['HEAD', '/', 405],
    ['GET', '//', 404],
  ])('%s %s: %i', async (method, path, status) => {
    const response = await fetch(`http://${address}:${port}${path}`, { method, headers: { 'X-API-Key': key } })
    expect(response.status).toBe(status)
  })

  it('needs no key if none is configured', async () => {
    await agent.stop()
    agent = start({ key: '' })
    expect(await ask({}, {})).toEqual(success)
  })

  it('closes all its connections when it stops, also one that hangs', async () => {
    ecs.faults.add({ Kind: 'AgentHangs', Times: 1 })
    const lost = expect(ask()).rejects.toThrow('fetch failed')
    await expect.poll(() => ecs.faults.list()).toEqual([]) // it has arrived
    await agent.stop()
    await lost
    await expect(ask()).rejects.toThrow('fetch failed')
    agent = start()
    await agent.stop() // right after the start
    await expect(ask()).rejects.toThrow('fetch failed')
  })

  it('reports why it cannot start', async () => {
    await agent.stop()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, address, resolve))
    agent = start()
    expect(await agent.exited).toContain('EADDRINUSE')
    await agent.stop()
    await new Promise((resolve) => other.close(resolve))
  })
})

describe('its faults', () => {
  it.each<[Fault, object]>([
    [{ Kind: 'AgentRefuses', Times: 1 }, denied],
    [{ Kind: 'AgentFails', Times: 1 }, failure('Access is denied.')],
    [{ Kind: 'AgentFails', Times: 1, Text: 'out of memory' }, failure('out of memory')],
  ])('%j', async (fault, expected) => {
    ecs.faults.add(fault)
    expect(await ask({}, {})).toEqual(denied) // refused because of its key: no fault is used up
    expect(await ask()).toEqual(expected)
    expect(instance().passwordSha256).toBeUndefined()
    expect(await ask()).toEqual(success)
  })

  it('AgentHangs: accepts the request, and does not answer', async () => {
    ecs.faults.add({ Kind: 'AgentHangs', Times: 1 })
    const socket = connect(port, address)
    socket.write(`GET /?${new URLSearchParams(good)} HTTP/1.1\r\nHost: agent\r\nX-API-Key: ${key}\r\n\r\n`)
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
    })
    await expect.poll(() => ecs.faults.list()).toEqual([]) // it has arrived
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([received, socket.closed, instance().passwordSha256]).toEqual(['', false, undefined])
    expect(await ask()).toEqual(success)
    socket.destroy()
  })

  it('apply only to the instance that they name, if any', async () => {
    ecs.faults.add({ Kind: 'AgentRefuses', InstanceId: 'i-another', Times: 1 })
    expect(await ask()).toEqual(success)
    ecs.faults.add({ Kind: 'AgentFails', InstanceId: instance().InstanceId, Times: 1 })
    expect(await ask()).toEqual(failure('Access is denied.'))
    expect(ecs.faults.list()).toMatchObject([{ InstanceId: 'i-another', Times: 1 }])
  })

  it.each<[object, string]>([
    [{ Kind: 'AgentFails', Text: '' }, 'Text of AgentFails must be a text that is not empty'],
    ...['AgentRefuses', 'AgentFails', 'AgentHangs', 'AgentAbsent'].map((Kind): [object, string] => [
      { Kind, Action: 'RunInstances' },
      `${Kind} has no field Action; it may have `,
    ]),
    [{ Kind: 'AgentAbsent', Times: 1 }, 'AgentAbsent has no field Times; it may have InstanceId'],
    [{ Kind: 'AgentHangs', Seconds: 1 }, 'AgentHangs has no field Seconds; it may have Times, Skip, InstanceId'],
  ])('%j makes no sense', (fault, message) => {
    expect(() => ecs.faults.addUnchecked([fault])).toThrow(message)
  })
})
