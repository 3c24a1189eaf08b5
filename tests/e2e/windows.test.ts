import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { type Local, startLocal } from '../../infra/local/cloud.ts'
import { type Caller, callerOf, runningSandbox } from './support/api.ts'

let local: Local
let call: Caller
let sandbox: { SandboxId: string }
let log: string

beforeAll(async () => {
  log = ''
  local = await startLocal({
    port: 0,
    settings: { ECS_MANAGER__WINDOWS__TIMEOUT_SECONDS: '2' },
    onLog: (_name, line) => {
      log += line
    },
  })
  call = callerOf(local.url)
  const { SandboxId, PrimaryIp } = await runningSandbox(call, { OsType: 'Windows' })
  sandbox = { SandboxId }
  for (let tries = 0; tries < 200 && !(await answers(PrimaryIp)); tries++) await sleep(50)
})

afterAll(() => local?.close())
afterEach(() => local?.cloud.ecs.faults.clear())

const answers = (address: string) =>
  fetch(`http://${address}:8112/`).then(
    () => true,
    () => false,
  )

/** What the agent in the machine took last: the SHA-256 of a password. */
const taken = () =>
  local.cloud.ecs.instances().find(({ InstanceId }) => InstanceId === sandbox.SandboxId)?.passwordSha256

/** What a key looks like: whole, and inside another text. */
const KEY = /^(?=.{12,14}$)(?=.*\d)[a-z][a-z\d]*@[a-z\d]*$/
const KEY_INSIDE = /[a-z\d]+@[a-z\d]+/

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

test('the terminal is a URL and a key that the agent has taken, another one each time', async () => {
  const { Result: first } = await call('DescribeSandboxTerminalUrl', sandbox)
  expect(first).toMatchObject({ OsType: 'Windows', Url: expect.stringMatching(/^wss:\/\//) })
  expect(first.WindowsKey).toMatch(KEY)
  expect(taken()).toBe(sha256(first.WindowsKey))

  const { Result: second } = await call('DescribeSandboxTerminalUrl', sandbox)
  expect(second.WindowsKey).not.toBe(first.WindowsKey)
  expect(taken()).toBe(sha256(second.WindowsKey))
})

test('an agent takes nothing from who has not its key', async () => {
  const before = taken()
  const { PrimaryIp } = (await call('DescribeSandboxes', sandbox)).Result[0]
  const query = 'Action=ChangePassword&Version=2020-04-01&Username=ecs&NewPassword=stranger-12345'
  const response = await fetch(`http://${PrimaryIp}:8112/?${query}`, { headers: { 'X-API-Key': 'wrong' } })
  expect(response.status).toBe(401)
  expect(taken()).toBe(before)
})

test.each<[what: string, fault: Fault, status: number, code: string, words: string]>([
  ['refuses', { Kind: 'AgentRefuses' }, 502, 'ServiceUnavailable', 'refused windows.agent_key'],
  [
    'fails inside a 200',
    { Kind: 'AgentFails', Text: 'Access is denied.' },
    503,
    'ServiceUnavailable',
    'did not set a password',
  ],
  ['hangs', { Kind: 'AgentHangs' }, 504, 'UpstreamTimeout', 'did not answer'],
  ['is absent', { Kind: 'AgentAbsent' }, 503, 'ServiceUnavailable', 'could not be reached'],
])('an agent that %s: the documented error, and no key', async (_, fault, status, code, words) => {
  const before = taken()
  local.cloud.ecs.faults.add(fault)
  const { PrimaryIp } = (await call('DescribeSandboxes', sandbox)).Result[0]
  if (fault.Kind === 'AgentAbsent') await expect.poll(() => answers(PrimaryIp)).toBe(false)
  const answer = await call('DescribeSandboxTerminalUrl', sandbox)
  expect(answer).toMatchObject({ status, code, Result: undefined })
  expect(answer.text).toContain(words)
  expect(answer.text).toContain('RequestId')
  expect(answer.text).not.toMatch(/WindowsKey|wss:|Access is denied/)
  expect(answer.text).not.toMatch(KEY_INSIDE)
  expect(taken()).toBe(before)
  expect(log).not.toMatch(KEY_INSIDE)
})

test('an agent that works again is used again', async () => {
  const { PrimaryIp } = (await call('DescribeSandboxes', sandbox)).Result[0]
  await expect.poll(() => answers(PrimaryIp)).toBe(true)
  const { Result } = await call('DescribeSandboxTerminalUrl', sandbox)
  expect(taken()).toBe(sha256(Result.WindowsKey))
})
