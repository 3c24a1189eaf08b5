import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { startCloud } from '../cloud.ts'
import { caller } from '../ecs/testing.ts'
import { claimLoopbackBlock } from './loopback-block.ts'

const closed: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closed.splice(0)) await close()
})

const port = 20_000 + (process.pid % 10_000)
const passwordAgent = { port, user: 'ecs', key: 'key-of-the-agent' }

async function start() {
  const block = await claimLoopbackBlock()
  const lines: string[] = []
  const machines = { passwordAgent, onLog: (line: string) => lines.push(line) }
  const cloud = await startCloud({ ecs: { addressBlock: block.cidr }, machines })
  closed.push(cloud.close, block.release)
  return { ...cloud, lines, first: block.cidr.replace('0/16', '4') }
}

/** Calls an agent: the status of its answer, or `none` if nothing listens. */
const ask = (address: string, key = passwordAgent.key) =>
  fetch(`http://${address}:${port}/?Action=ChangePassword&Version=2020-04-01&Username=ecs&NewPassword=good-secret-1`, {
    headers: { 'X-API-Key': key, Connection: 'close' },
  }).then(
    ({ status }) => status,
    () => 'none',
  )
const soon = <T>(get: () => Promise<T>) => expect.poll(get, { interval: 10 })

it('every running Windows instance has the agent, and /_emulator/instances shows the hash of its password', async () => {
  const { ecs, url, first } = await start()
  ecs.seed(1, { imageId: 'image-windows' })
  await soon(() => ask(first)).toBe(200)
  expect(await ask(first, 'wrong')).toBe(401)
  const inside = await (await fetch(`${url}/_emulator/instances`)).text()
  expect(inside).toContain(createHash('sha256').update('good-secret-1').digest('hex'))
  expect(inside).not.toContain('good-secret-1')
  ecs.reset()
  await soon(() => ask(first)).toBe('none')
})

it('the agent stops with its instance, comes back with a start or a reboot, and the password stays', async () => {
  const { ecs, url, first } = await start()
  const call = caller(url)
  ecs.seed(1, { imageId: 'image-windows' })
  const [{ InstanceId } = { InstanceId: '' }] = ecs.instances()
  await soon(() => ask(first)).toBe(200)
  const passwordHash = ecs.instances()[0]?.passwordSha256
  expect(passwordHash).toBe(createHash('sha256').update('good-secret-1').digest('hex'))

  expect((await call('StopInstance', { InstanceId, StoppedMode: 'StopCharging' })).outcome).toBe('200')
  await soon(() => ask(first, 'wrong')).toBe('none')
  expect((await call('StartInstance', { InstanceId })).outcome).toBe('200')
  await soon(() => ask(first, 'wrong')).toBe(401)
  const connection = connect(port, first)
  await new Promise((resolve) => connection.once('connect', resolve))
  expect((await call('RebootInstance', { InstanceId })).outcome).toBe('200')
  await soon(async () => connection.closed).toBe(true)
  await soon(() => ask(first, 'wrong')).toBe(401)
  expect(ecs.instances()[0]?.passwordSha256).toBe(passwordHash)
})

it('AgentAbsent: nothing listens in the named instance until the fault is removed', async () => {
  const { ecs, first } = await start()
  ecs.seed(2, { imageId: 'image-windows' })
  const second = first.replace(/4$/, '5')
  await soon(async () => [await ask(first), await ask(second)]).toEqual([200, 200])
  const [InstanceId = ''] = ecs.instances().map((instance) => instance.InstanceId)
  ecs.faults.add({ Kind: 'AgentAbsent', InstanceId })
  await soon(() => ask(first)).toBe('none')
  expect(await ask(second)).toBe(200)
  ecs.faults.add({ Kind: 'AgentAbsent' })
  await soon(() => ask(second)).toBe('none')
  ecs.faults.clear()
  await soon(async () => [await ask(first), await ask(second)]).toEqual([200, 200])
})

it('Linux instances run nothing without desktops, and nothing is logged', async () => {
  const { ecs, first, lines } = await start()
  ecs.seed(1)
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(await ask(first)).toBe('none')
  expect(lines).toEqual([])
})

it('programs in instances listen only on this computer', async () => {
  await expect(startCloud({ machines: { passwordAgent } })).rejects.toThrow('127.0.0.0/8')
  await expect(startCloud({ machines: {}, ecs: { addressBlock: '10.0.0.0/8' } })).rejects.toThrow('127.0.0.0/8')
})
