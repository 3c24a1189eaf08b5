import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEcs } from '../../infra/emulator/ecs/index.ts'
import { callFor, configFor, errorOf, type Settings } from '../../tests/support/manager.ts'
import { answerWith, type Stub, startStub } from '../../tests/support/stub-cloud.ts'
import { openTerminal } from './open-terminal.ts'
import { newPassword } from './windows-agent.ts'

// Each machine has an address of its own on loopback, so that an agent can listen there.
const ecs = await startEcs({ addressBlock: '127.81.0.0/16' })
const FIRST_ADDRESS = '127.81.0.4'
const agents: Stub[] = []

beforeEach(() => ecs.reset())
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close()
})
afterAll(() => ecs.close())

/** A Windows sandbox whose agent answers like this. */
async function sandboxWith(answer: (response: ServerResponse, url: URL, key: unknown) => void) {
  ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' }, imageId: 'image-windows' })
  const [instance] = ecs.instances()
  const address = instance?.NetworkInterfaces[0]?.PrimaryIpAddress ?? ''
  expect(address).toBe(FIRST_ADDRESS)
  const agent = await startStub((request, response) => {
    answer(response, new URL(request.url ?? '', 'http://agent'), request.headers['x-api-key'])
  }, address)
  agents.push(agent)
  return { id: instance?.InstanceId ?? '', agent }
}

interface Options {
  settings?: Settings
  withinMs?: number
}

function open(id: string, agent: { port: number }, { settings = {}, withinMs = 10_000 }: Options = {}) {
  const call = callFor(configFor(ecs.url, { 'windows.agent_port': agent.port, ...settings }), { withinMs })
  return { call, terminal: openTerminal(call, id) }
}

const success = { Result: { Result: '' } }
const keyIn = (agent: Stub) => new URL(agent.asked[0] ?? '', 'http://agent').searchParams.get('NewPassword') ?? ''

describe('the terminal of a Windows sandbox', () => {
  it('is an address and the password that the agent was given', async () => {
    const { id, agent } = await sandboxWith((response) => answerWith(response, success))
    expect(await open(id, agent).terminal).toEqual({
      OsType: 'Windows',
      Url: expect.stringMatching(/^wss:\/\//),
      WindowsKey: keyIn(agent),
    })
    expect(ecs.calls.map(({ action }) => action)).toEqual(['DescribeInstances', 'DescribeInstanceECSTerminalUrl'])
    expect(agent.asked).toHaveLength(1)
  })

  it('asks the agent as it wants to be asked', async () => {
    const { id, agent } = await sandboxWith((response) => answerWith(response, success))
    await open(id, agent, { settings: { 'windows.agent_user': 'desk.user' } }).terminal
    const { pathname, searchParams } = new URL(agent.asked[0] ?? '', 'http://agent')
    expect(pathname).toBe('/')
    expect(Object.fromEntries(searchParams)).toEqual({
      Action: 'ChangePassword',
      Version: '2020-04-01',
      Username: 'desk.user',
      NewPassword: keyIn(agent),
    })
    expect(agent.headers[0]).not.toHaveProperty('x-api-key')
    expect(agent.headers[0]?.host).toBe(`${FIRST_ADDRESS}:${agent.port}`)
  })

  it('is another password each time', async () => {
    const { id, agent } = await sandboxWith((response) => answerWith(response, success))
    const terminals = [await open(id, agent).terminal, await open(id, agent).terminal]
    expect(new Set(terminals.map((terminal) => ('WindowsKey' in terminal ? terminal.WindowsKey : ''))).size).toBe(2)
  })

  it('carries the key of the agent where it needs one', async () => {
    const { id, agent } = await sandboxWith((response, _url, key) => {
      answerWith(response, key === 'fake-agent-key' ? success : { Result: { Result: 'no' } }, key ? 200 : 401)
    })
    const settings = { 'windows.agent_key': 'fake-agent-key' }
    expect(await open(id, agent, { settings }).terminal).toMatchObject({ OsType: 'Windows' })
    const error = await errorOf(open(id, agent).terminal)
    expect([error.status, error.code]).toEqual([503, 'ServiceUnavailable'])
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
    ['401', (response) => answerWith(response, { Error: 'key' }, 401)],
    [
      'a redirect',
      (response) => {
        response.writeHead(302, { Location: 'http://127.0.0.1:1/' })
        response.end()
      },
    ],
    ['a cut connection', (response) => response.destroy()],
  ])('but answers %s, the caller gets a failure and no key', async (_name, answer) => {
    const { id, agent } = await sandboxWith((response, url) =>
      answer(response, url.searchParams.get('NewPassword') ?? ''),
    )
    const { call, terminal } = open(id, agent)
    const error = await errorOf(terminal)
    expect([error.status, error.code]).toEqual([503, 'ServiceUnavailable'])
    const key = keyIn(agent)
    expect(key.length).toBeGreaterThanOrEqual(16)
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
    const started = performance.now()
    const error = await errorOf(open(id, agent, { settings }).terminal)
    expect([error.status, error.code]).toEqual([504, 'UpstreamTimeout'])
    expect(performance.now() - started).toBeLessThan(4_000)
  })

  it('in the time that is left, it is not waited for beyond the deadline', async () => {
    const { id, agent } = await sandboxWith(() => {})
    const started = performance.now()
    const error = await errorOf(open(id, agent, { withinMs: 300 }).terminal)
    expect([error.status, error.code]).toEqual([504, 'UpstreamTimeout'])
    expect(performance.now() - started).toBeLessThan(2_500)
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

describe('the agent is not asked at all', () => {
  it('when the console has no address', async () => {
    const { id, agent } = await sandboxWith((response) => answerWith(response, success))
    ecs.faults.add({ Kind: 'Error', Action: 'DescribeInstanceECSTerminalUrl', Status: 403, Code: 'AccessDenied' })
    const error = await errorOf(open(id, agent).terminal)
    expect([error.status, error.code]).toEqual([502, 'AccessDenied'])
    expect(agent.asked).toEqual([])
  })

  it("when the sandbox is somebody else's", async () => {
    const { id, agent } = await sandboxWith((response) => answerWith(response, success))
    ecs.instances()[0]?.Tags.clear()
    expect((await errorOf(open(id, agent).terminal)).code).toBe('InvalidSandbox.NotFound')
    expect(agent.asked).toEqual([])
  })
})

describe('the password', () => {
  const passwords = Array.from({ length: 2_000 }, newPassword)

  it('has at least 16 characters: upper, lower, digit and @, none special to cmd.exe or a URL', () => {
    for (const password of passwords) {
      expect(password).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*@)[A-Za-z\d][A-Za-z\d@]{15,29}$/)
    }
  })

  it('contains no name of letters, which Windows would refuse where it is the user of the agent', () => {
    expect(passwords.filter((password) => /[a-z]{3}/i.test(password))).toEqual([])
  })

  it('is never the same', () => {
    expect(new Set(passwords).size).toBe(passwords.length)
  })

  it('is random enough: at least 12 of its places vary widely', () => {
    const places = Array.from(
      { length: 16 },
      (_, place) => new Set(passwords.map((password) => password.at(-1 - place))),
    )
    expect(places.filter((characters) => characters.size >= 10).length).toBeGreaterThanOrEqual(12)
  })
})
