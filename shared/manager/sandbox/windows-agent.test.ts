import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startEcs } from '../../../infra/emulator/ecs/index.ts'
import type { Instance } from '../../../infra/emulator/ecs/instance.ts'
import { answerPasswordRequest } from '../../../infra/emulator/machines/password-agent.ts'
import { type Certified, makeAuthority } from '../../../tests/support/certificates.ts'
import { callFor, configFor, errorOf, type Settings } from '../../../tests/support/manager.ts'
import { answerWith, type Stub, startRawStub, startStub } from '../../../tests/support/stub-cloud.ts'
import { describeSandboxTerminalUrl } from '../describe-sandbox-terminal-url.ts'
import { newPassword } from './windows-agent.ts'

// Each machine has an address of its own on loopback, so that an agent can listen there.
const ecs = await startEcs({ addressBlock: '127.81.0.0/16' })
const FIRST_ADDRESS = '127.81.0.4'
const agents: { close(): Promise<void> }[] = []

beforeEach(() => ecs.reset())
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close()
})
afterAll(() => ecs.close())

function seedWindows(): Instance {
  ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' }, imageId: 'image-windows' })
  const [instance] = ecs.instances()
  expect(instance?.NetworkInterfaces[0]?.PrimaryIpAddress).toBe(FIRST_ADDRESS)
  return instance as Instance
}

type AgentAnswer = (response: ServerResponse, password: string, request: IncomingMessage) => void

/** A Windows sandbox whose agent answers like this; unless given, as the emulated agent does, with this user and key. */
async function sandboxWith(
  answer?: AgentAnswer,
  { user = 'ecs', key = '', certified = undefined as Certified | undefined } = {},
) {
  const instance = seedWindows()
  const agent = await startStub(
    (request, response) => {
      const password = new URL(request.url ?? '', 'http://agent').searchParams.get('NewPassword') ?? ''
      if (answer) answer(response, password, request)
      else answerPasswordRequest(request, response, instance, { user, key, faults: ecs.faults })
    },
    FIRST_ADDRESS,
    certified,
  )
  agents.push(agent)
  return { id: instance.InstanceId, instance, agent }
}

interface Options {
  settings?: Settings
  withinMs?: number
}

function open(id: string, agent: { port: number }, { settings = {}, withinMs = 10_000 }: Options = {}) {
  const call = callFor(configFor(ecs.url, { 'windows.agent_port': agent.port, ...settings }), { withinMs })
  return { call, terminal: describeSandboxTerminalUrl(call, id) }
}

const keyOf = (terminal: object) => ('WindowsKey' in terminal ? `${terminal.WindowsKey}` : '')
const keyIn = (agent: Stub) => new URL(agent.asked[0] ?? '', 'http://agent').searchParams.get('NewPassword') ?? ''
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const success = { Result: { Result: '' } }

/** What survives the agent and `net user`. */
const SHAPE = /^(?=.{14}$)(?=.*\d)[a-z][a-z\d]*@[a-z\d]*$/

describe('the terminal of a Windows sandbox', () => {
  it('is an address and the password that the agent has set', async () => {
    const { id, instance, agent } = await sandboxWith()
    const terminal = await open(id, agent).terminal
    expect(terminal).toEqual({
      OsType: 'Windows',
      Url: expect.stringMatching(/^wss:\/\//),
      WindowsKey: expect.stringMatching(SHAPE),
    })
    expect(instance.passwordSha256).toBe(sha256(keyOf(terminal)))
    expect(ecs.calls.map(({ action }) => action)).toEqual(['DescribeInstances', 'DescribeInstanceECSTerminalUrl'])
    expect(agent.asked).toHaveLength(1)
  })

  it.each(['desk.user', 'a', '1', 'ecs', 'desk_user-2'])(
    'asks the agent as it wants to be asked, for %s',
    async (user) => {
      const { id, instance, agent } = await sandboxWith(undefined, { user })
      const terminal = await open(id, agent, { settings: { 'windows.agent_user': user } }).terminal
      const { pathname, searchParams } = new URL(agent.asked[0] ?? '', 'http://agent')
      expect(pathname).toBe('/')
      expect(Object.fromEntries(searchParams)).toEqual({
        Action: 'ChangePassword',
        Version: '2020-04-01',
        Username: user,
        NewPassword: keyOf(terminal),
      })
      expect(instance.passwordSha256).toBe(sha256(keyOf(terminal)))
      expect(agent.headers[0]).not.toHaveProperty('x-api-key')
      expect(agent.headers[0]?.host).toBe(`${FIRST_ADDRESS}:${agent.port}`)
    },
  )

  it('is another password each time, and the last one holds', async () => {
    const { id, instance, agent } = await sandboxWith()
    const keys = [keyOf(await open(id, agent).terminal), keyOf(await open(id, agent).terminal)]
    expect(new Set(keys).size).toBe(2)
    expect(instance.passwordSha256).toBe(sha256(keys[1] ?? ''))
  })

  it('carries the key of the agent where it needs one', async () => {
    const { id, instance, agent } = await sandboxWith(undefined, { key: 'fake-agent-key' })
    const settings = { 'windows.agent_key': 'fake-agent-key' }
    const key = keyOf(await open(id, agent, { settings }).terminal)
    expect(instance.passwordSha256).toBe(sha256(key))
  })
})

describe('when the configuration and the agent do not fit, that is told, and no repetition is advised:', () => {
  const told = async (id: string, agent: { port: number }, settings: Settings) => {
    const { call, terminal } = open(id, agent, { settings })
    const { status, code, message, cause } = await errorOf(terminal)
    expect([status, code]).toEqual([502, 'ServiceUnavailable'])
    expect(message).not.toMatch(/repeat|reached/i)
    return { message, line: call.line(cause) }
  }

  it.each([
    ['another key', 'other-agent-key', 'refused windows.agent_key'],
    ['no key', '', 'windows.agent_key is empty'],
  ])('%s', async (_, key, words) => {
    const { id, agent } = await sandboxWith(undefined, { key: 'fake-agent-key' })
    const { message, line } = await told(id, agent, { 'windows.agent_key': key })
    expect(message).toContain(words)
    expect(line).toContain('Permission denied')
    expect(keyIn(agent)).toMatch(SHAPE)
    for (const secret of ['other-agent-key', keyIn(agent)]) expect(`${message} ${line}`).not.toContain(secret)
  })

  it('a key that may do less', async () => {
    const { id, agent } = await sandboxWith((response) => answerWith(response, { Error: 'not yours' }, 403))
    expect((await told(id, agent, {})).message).toContain('windows.agent_key')
    expect(keyIn(agent)).toMatch(SHAPE)
  })

  const authority = makeAuthority()
  const https = { 'windows.agent_scheme': 'https' }
  const hour = 3_600_000

  it('a certificate of the CA that is configured, for the address of the machine, is good', async () => {
    const certified = authority.issue({ addresses: [FIRST_ADDRESS] })
    const { id, instance, agent } = await sandboxWith(undefined, { certified })
    const terminal = await open(id, agent, { settings: { ...https, 'windows.agent_ca': authority.cert } }).terminal
    expect(instance.passwordSha256).toBe(sha256(keyOf(terminal)))
  })

  it.each<[string, Parameters<typeof authority.issue>[0], string, string[]]>([
    ['a CA that is not configured', {}, '', ['is not trusted', 'windows.agent_ca']],
    ['another CA', {}, makeAuthority('Other').cert, ['is not trusted', 'windows.agent_ca']],
    ['another CA of this name', {}, makeAuthority().cert, ['is not trusted', 'windows.agent_ca']],
    [
      'a certificate that has expired',
      { from: Date.now() - 2 * hour, to: Date.now() - hour },
      authority.cert,
      ['has expired', 'a new one'],
    ],
    [
      'a certificate that is not valid yet',
      { from: Date.now() + hour, to: Date.now() + 2 * hour },
      authority.cert,
      ['is not valid yet'],
    ],
    [
      'a certificate for another address',
      { addresses: ['127.0.0.1'] },
      authority.cert,
      [`is not for its address ${FIRST_ADDRESS}`, 'subjectAltName'],
    ],
  ])('%s', async (_, wanted, ca, words) => {
    const certified = authority.issue({ addresses: [FIRST_ADDRESS], ...wanted })
    const { id, agent } = await sandboxWith(undefined, { certified })
    const { message } = await told(id, agent, { ...https, 'windows.agent_ca': ca })
    for (const word of words) expect(message).toContain(word)
    expect(agent.asked).toEqual([]) // no password goes to a stranger
  })

  it('https, and an agent without a certificate', async () => {
    const { id, agent } = await sandboxWith()
    const { message } = await told(id, agent, https)
    expect(message).toContain('did not agree on TLS')
    expect(agent.asked).toEqual([])
  })
})

describe('when the agent does not set the password', () => {
  it.each<[string, (response: ServerResponse, password: string) => void]>([
    [
      '200 with a text in it',
      (response, password) => answerWith(response, { Result: { Result: `Access denied for ${password}` } }),
    ],
    ['200 with a space in it', (response) => answerWith(response, { Result: { Result: ' ' } })],
    ['200 with null in it', (response) => answerWith(response, { Result: { Result: null } })],
    ['200 without Result', (response) => answerWith(response, {})],
    ['200 with Result null', (response) => answerWith(response, { Result: null })],
    ['200 and null', (response) => answerWith(response, 'null')],
    ['200 and a text', (response) => answerWith(response, '""')],
    ['200 and nothing', (response) => answerWith(response, '')],
    ['200 and garbage', (response, password) => answerWith(response, `<html>NewPassword=${password}`)],
    ['500 that looks like a success', (response) => answerWith(response, success, 500)],
    ['204 that looks like a success', (response) => answerWith(response, '', 204)],
    ['404', (response) => answerWith(response, { Error: 'nothing here' }, 404)],
    [
      'a redirect',
      (response) => {
        response.writeHead(302, { Location: 'http://127.0.0.1:1/' })
        response.end()
      },
    ],
    ['a cut connection', (response) => response.destroy()],
  ])('but answers %s, the caller gets a failure and no key', async (_name, answer) => {
    const { id, agent } = await sandboxWith(answer)
    const { call, terminal } = open(id, agent)
    const error = await errorOf(terminal)
    expect([error.status, error.code]).toEqual([503, 'ServiceUnavailable'])
    const key = keyIn(agent)
    expect(key).toMatch(SHAPE)
    expect(error.message).not.toContain(key)
    const line = call.line(error)
    expect(line).toContain('Error')
    for (const form of [key, encodeURIComponent(key)]) expect(line).not.toContain(form)
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['nothing', () => {}],
    ['half an answer', (response) => response.write('{"Result":')],
  ])('because it sends %s, that is told in time', async (_name, answer) => {
    const { id, agent } = await sandboxWith(answer)
    const settings = { 'windows.timeout_seconds': 1 }
    // The deadline is farther away than the end of the test.
    const error = await errorOf(open(id, agent, { settings, withinMs: 3_600_000 }).terminal)
    expect([error.status, error.code]).toEqual([504, 'UpstreamTimeout'])
  })

  it('in the time that is left, it is not waited for beyond the deadline', async () => {
    const { id, agent } = await sandboxWith(() => {})
    // The time stands still, so that each of the calls before it has as much of it.
    vi.useFakeTimers({ toFake: ['Date'] })
    const started = performance.now()
    const error = await errorOf(
      open(id, agent, { settings: { 'windows.timeout_seconds': 60 }, withinMs: 2_000 }).terminal,
    )
    vi.useRealTimers()
    expect([error.status, error.code]).toEqual([504, 'UpstreamTimeout'])
    // Not windows.timeout_seconds.
    expect(performance.now() - started).toBeLessThan(60_000)
  })

  it('because it is not there, that is told at once', async () => {
    const { id, agent } = await sandboxWith(() => {})
    await agent.close()
    agents.splice(0)
    const error = await errorOf(open(id, agent).terminal)
    expect([error.status, error.code]).toEqual([503, 'ServiceUnavailable'])
  })

  it('it is not asked a second time: each time would set another password', async () => {
    const { id, agent } = await sandboxWith((response) => response.destroy())
    await errorOf(open(id, agent).terminal)
    expect(agent.asked).toHaveLength(1)
  })
})

describe('what a machine answers is not trusted', () => {
  /** A sandbox at whose address such bytes come, whatever is asked. */
  async function sandboxThatSends(send: Parameters<typeof startRawStub>[0]) {
    const { InstanceId } = seedWindows()
    const agent = await startRawStub(send, FIRST_ADDRESS)
    agents.push(agent)
    return { id: InstanceId, port: Number(new URL(agent.url).port) }
  }

  it('after the answer its connection is closed, however long it would keep it', async () => {
    let isClosed = false
    const { id, port } = await sandboxThatSends((socket) => {
      const body = JSON.stringify(success)
      socket.write(`HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      const drip = setInterval(() => socket.write(' '), 50)
      socket.on('close', () => {
        clearInterval(drip)
        isClosed = true
      })
    })
    expect(keyOf(await open(id, { port }).terminal)).toMatch(SHAPE)
    await expect.poll(() => isClosed).toBe(true)
  })

  it('of 64 MB no more than 64 KiB are read, the connection is closed, and little of it is logged', async () => {
    let written = 0
    let isClosed = false
    const { id, port } = await sandboxThatSends((socket) => {
      const pour = () => {
        while (socket.writable && written < 64_000_000) {
          written += 16_384
          if (!socket.write('x'.repeat(16_384))) return
        }
      }
      socket.on('close', () => {
        isClosed = true
      })
      socket.on('drain', pour)
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 64000000\r\n\r\n{"Result":{"Result":"')
      pour()
    })
    const { call, terminal } = open(id, { port })
    const error = await errorOf(terminal)
    expect([error.status, error.code]).toEqual([503, 'ServiceUnavailable'])
    expect(error.message).toContain('more than 65536 bytes')
    await expect.poll(() => isClosed).toBe(true)
    expect(written).toBeLessThan(32_000_000) // beside what was read, the buffers of the system: some MB
    expect(call.line(error.cause).length).toBeLessThan(4_000)
  })

  it('nearly 64 KiB are read whole', async () => {
    const { id, agent } = await sandboxWith((response) => answerWith(response, JSON.stringify(success).padEnd(60_000)))
    expect(keyOf(await open(id, agent).terminal)).toMatch(SHAPE)
  })

  it('of 60 kB of words the first ones are in the log', async () => {
    const words = 'The agent has failed. '.repeat(2_700)
    const { id, agent } = await sandboxWith((response) => answerWith(response, { Result: { Result: words } }))
    const { call, terminal } = open(id, agent)
    const line = call.line(await errorOf(terminal))
    expect(line).toContain('The agent has failed.')
    expect(line.length).toBeLessThan(4_000)
    expect(keyIn(agent)).toMatch(SHAPE)
  })

  it('a long key that is quoted again and again is hidden each time', async () => {
    const key = 'k3y-'.repeat(64)
    const { id, agent } = await sandboxWith((response) => answerWith(response, key.repeat(200), 500))
    const { call, terminal } = open(id, agent, { settings: { 'windows.agent_key': key } })
    const line = call.line(await errorOf(terminal))
    expect(line).toContain('HTTP status 500')
    expect(line).not.toContain('k3y')
  })

  it.each([0, 470, 485, 495, 499, 3_985, 3_995, 3_999])(
    'a secret behind %i characters is hidden whole',
    async (before) => {
      const { id, agent } = await sandboxWith((response, password) =>
        answerWith(response, `${'x'.repeat(before)}${password} fake-agent-key `.padEnd(5_000, 'y'), 500),
      )
      const { call, terminal } = open(id, agent, { settings: { 'windows.agent_key': 'fake-agent-key' } })
      const line = call.line(await errorOf(terminal))
      expect(line).toContain('HTTP status 500')
      expect(keyIn(agent)).toMatch(SHAPE)
      for (const secret of [keyIn(agent), 'fake-agent-key']) {
        for (const part of [secret.slice(0, 6), secret.slice(-6)]) expect(line).not.toContain(part)
      }
    },
  )

  it.each([
    ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(30_000)}\r\n`],
    ['no HTTP', '\x15\x03\x01\x00\x02\x02\x46'],
  ])('%s: told as what it is', async (_, bytes) => {
    const { id, port } = await sandboxThatSends((socket) => socket.write(bytes))
    const error = await errorOf(open(id, { port }).terminal)
    expect([error.status, error.code]).toEqual([503, 'ServiceUnavailable'])
    expect(error.message).toContain('did not answer in HTTP')
  })

  it('HTTPS where HTTP is configured: told as what it may be', async () => {
    const certified = makeAuthority().issue({ addresses: [FIRST_ADDRESS] })
    const { id, agent } = await sandboxWith(undefined, { certified })
    const error = await errorOf(open(id, agent).terminal)
    expect([error.status, error.code]).toEqual([503, 'ServiceUnavailable'])
    expect(error.message).toContain('windows.agent_scheme')
  })

  it('a byte now and then: not waited for beyond the time', async () => {
    let timer: NodeJS.Timeout | undefined
    const { id, port } = await sandboxThatSends((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      timer = setInterval(() => socket.write(' '), 20)
      socket.on('close', () => clearInterval(timer))
    })
    const error = await errorOf(open(id, { port }, { settings: { 'windows.timeout_seconds': 1 } }).terminal)
    expect([error.status, error.code]).toEqual([504, 'UpstreamTimeout'])
  })
})

describe('the agent is not asked at all', () => {
  it('when the console has no address', async () => {
    const { id, agent } = await sandboxWith()
    ecs.faults.add({ Kind: 'Error', Action: 'DescribeInstanceECSTerminalUrl', Status: 403, Code: 'AccessDenied' })
    const error = await errorOf(open(id, agent).terminal)
    expect([error.status, error.code]).toEqual([502, 'AccessDenied'])
    expect(agent.asked).toEqual([])
  })

  it("when the sandbox is somebody else's", async () => {
    const { id, agent } = await sandboxWith()
    ecs.instances()[0]?.Tags.clear()
    expect((await errorOf(open(id, agent).terminal)).code).toBe('InvalidSandbox.NotFound')
    expect(agent.asked).toEqual([])
  })
})

describe('the password', () => {
  const user = fc.oneof(fc.constantFrom('ecs', 'a', '1', 'z', '9', '-', '_'), fc.stringMatching(/^[a-z\d_.-]{1,20}$/))
  /** What the agent makes of a value. */
  const converted = (value: string) => value.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase()

  it('has the shape that survives agent, net user and policy, and never the name of its user in it', () => {
    fc.assert(
      fc.property(user, (user) => {
        const password = newPassword(user)
        expect(password).toMatch(SHAPE)
        expect(converted(password)).toBe(password)
        expect(password).not.toContain(user)
      }),
      { numRuns: 5_000 },
    )
  })

  it.each(['a', '1', 'e', 'ecs'])('never has the name %s in it, in any case', (user) => {
    const passwords = Array.from({ length: 2_000 }, () => newPassword(user))
    expect(passwords.filter((password) => password.toLowerCase().includes(user.toLowerCase()))).toEqual([])
  })

  it('is never the same', () => {
    expect(new Set(Array.from({ length: 5_000 }, () => newPassword('ecs'))).size).toBe(5_000)
  })

  it('has all the random bits that are counted: every character there may be, at every place', () => {
    const passwords = Array.from({ length: 5_000 }, () => newPassword('1'))
    const sizes = Array.from({ length: 14 }, (_, place) => new Set(passwords.map((one) => one.charAt(place))).size)
    expect(sizes).toEqual([26, ...Array(11).fill(35), 1, 9])
    const bits = sizes.reduce((sum, size) => sum + Math.log2(size), 0)
    expect(bits).toBeGreaterThan(64)
  })
})
