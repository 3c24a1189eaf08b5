import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type CloudEmulator, startCloud } from '../../../infra/emulator/cloud.ts'
import { caller } from '../../../infra/emulator/ecs/testing.ts'
import { type Display, hasSocket, readDisplay } from '../../../infra/emulator/machines/display.ts'
import { claimLoopbackBlock, type LoopbackBlock } from '../../../infra/emulator/machines/loopback-block.ts'
import { findMarkedProcesses } from '../../../infra/emulator/machines/marked-processes.ts'
import { machineIn, programIn, serverIn } from '../support/left.ts'
import { type Viewer, view, viewSoon } from '../support/rfb.ts'

let block: LoopbackBlock
let cloud: CloudEmulator
let call: ReturnType<typeof caller>
const lines: string[] = []
const viewers: Viewer[] = []
const displays: Display[] = []
const ids: string[] = []
const isOurs = (mark: string) => ids.some((id) => mark.includes(id))

beforeAll(async () => {
  block = await claimLoopbackBlock()
  cloud = await startCloud({
    ecs: { addressBlock: block.cidr },
    machines: { desktops: { port: 5905 }, onLog: (line) => lines.push(line) },
  })
  call = caller(cloud.url)
})

afterAll(async () => {
  await cloud?.close()
  await block?.release()
})

afterEach(async () => {
  for (const viewer of viewers.splice(0)) viewer.close()
  cloud.ecs.reset()
  lines.length = 0
  await expect.poll(() => findMarkedProcesses(isOurs)).toEqual([])
  await expect.poll(() => displays.filter(hasSocket)).toEqual([])
  displays.length = 0
  ids.length = 0
})

/** Creates machines, and returns their ids and addresses. */
function make(count: number) {
  cloud.ecs.seed(count, { instanceName: 'sandbox-agent-1' })
  const machines = cloud.ecs.instances().map(({ InstanceId, NetworkInterfaces: [first] }) => ({
    InstanceId,
    address: first?.PrimaryIpAddress ?? '',
  }))
  ids.push(...machines.map(({ InstanceId }) => InstanceId))
  return machines
}

async function makeOne() {
  const [machine] = make(1)
  if (!machine) throw new Error('there is no machine')
  return { ...machine, viewer: await soonView(machine.address) }
}

/** A viewer, as soon as the desktop is there. */
async function soonView(address: string): Promise<Viewer> {
  const viewer = await viewSoon(address)
  viewers.push(viewer)
  return viewer
}

const isRefused = (address: string) =>
  view(address).then(
    (viewer) => {
      viewer.close()
      return false
    },
    ({ code }) => code === 'ECONNREFUSED',
  )

const folderOf = (InstanceId: string) => machineIn(tmpdir(), InstanceId)
const serverOf = (InstanceId: string) => serverIn(folderOf(InstanceId))

/** The processes of a program in a machine, once there is one. */
async function soonOf(InstanceId: string, program: string): Promise<number[]> {
  const pids = () => programIn(folderOf(InstanceId), program)
  await expect.poll(pids).not.toEqual([])
  return pids()
}

/** Types again and again, because keys are lost before the terminal has the focus. */
const typeUntil = (viewer: Viewer, text: string, isDone: () => boolean) =>
  expect
    .poll(
      () => {
        viewer.type(text)
        return isDone()
      },
      { interval: 200 },
    )
    .toBe(true)

/** Writes a file in the home folder of a desktop, with its terminal. */
async function writeReport(InstanceId: string, viewer: Viewer): Promise<void> {
  const file = reportOf(InstanceId)
  await typeUntil(viewer, 'echo half done > report\n', () => existsSync(file))
  await expect.poll(() => readReport(InstanceId)).toBe('half done\n')
}

const reportOf = (InstanceId: string) => join(folderOf(InstanceId), 'home/report')
const readReport = (InstanceId: string) => readFileSync(reportOf(InstanceId), 'utf8')

function displayOf(InstanceId: string): Display {
  const display = readDisplay(folderOf(InstanceId))
  displays.push(display)
  return display
}

describe('a desktop', () => {
  test('speaks RFB 3.8 at the address of the machine and nowhere else, and bears its name', async () => {
    const { viewer } = await makeOne()
    expect(viewer).toMatchObject({ version: 'RFB 003.008\n', name: 'sandbox-agent-1', width: 1280, height: 800 })
    expect(await isRefused('127.0.0.1')).toBe(true)
  })

  test('shows a terminal in a frame, with the focus, on a background', async () => {
    const { viewer } = await makeOne()
    const pixels = () => viewer.pixels()
    await expect.poll(async () => new Set(await pixels()).size).toBeGreaterThan(50)
    const start = await pixels()
    expect(start[0]).not.toBe(0) // the root window is not black
    const typed = async () => {
      viewer.type('seq 1000 1030\n') // again and again: keys are lost before the terminal has the focus
      return (await pixels()).filter((pixel, at) => pixel !== start[at]).length
    }
    await expect.poll(typed, { interval: 200 }).toBeGreaterThan(1_000)
  })

  test('lets nobody into its X server who does not know its cookie', async () => {
    const { InstanceId } = await makeOne()
    const { number } = displayOf(InstanceId)
    const known = readFileSync(join(folderOf(InstanceId), 'authority')).subarray(-16)
    expect(await enter(number, known)).toBe('let in')
    expect(await enter(number, Buffer.alloc(16))).toBe('refused')
  })

  test('locks nobody out who comes and goes without a word', async () => {
    const { address } = await makeOne()
    for (let count = 0; count < 50; count++) {
      await new Promise((resolve) => {
        const socket = connect(5905, address)
        socket.once('data', () => socket.destroy()).once('close', resolve)
      })
    }
    const viewer = await view(address)
    viewers.push(viewer)
    expect(viewer.name).toBe('sandbox-agent-1')
  })

  test('has several viewers at a time', async () => {
    const { address, viewer } = await makeOne()
    const second = await soonView(address)
    expect((await second.pixels()).length).toBe(1280 * 800)
    expect(viewer.isClosed()).toBe(false)
  })
})

describe('it ends', () => {
  test.each(['StopInstance', 'DeleteInstance'])('with %s, and with it every viewer', async (action) => {
    const { InstanceId, address, viewer } = await makeOne()
    expect((await call(action, { InstanceId })).outcome).toBe('200')
    await expect.poll(() => viewer.isClosed()).toBe(true)
    expect(await isRefused(address)).toBe(true)
    await expect.poll(() => findMarkedProcesses((mark) => mark.includes(InstanceId))).toEqual([])
  })

  test('and starts again with a reboot, with the files of its home folder', async () => {
    const { InstanceId, address, viewer } = await makeOne()
    const server = serverOf(InstanceId)
    await writeReport(InstanceId, viewer)
    expect((await call('RebootInstance', { InstanceId })).outcome).toBe('200')
    await expect.poll(() => viewer.isClosed()).toBe(true)
    await soonView(address)
    expect(serverOf(InstanceId)).not.toBe(server)
    expect(readReport(InstanceId)).toBe('half done\n')
    expect(lines).toEqual([])
  })

  test.each(['KeepCharging', 'StopCharging'])(
    'and starts again after a stop (%s), with its files',
    async (StoppedMode) => {
      const { InstanceId, address, viewer } = await makeOne()
      const server = serverOf(InstanceId)
      await writeReport(InstanceId, viewer)
      expect((await call('StopInstance', { InstanceId, StoppedMode })).outcome).toBe('200')
      await expect.poll(() => viewer.isClosed()).toBe(true)
      await expect.poll(() => findMarkedProcesses(isOurs)).toEqual([])
      expect(await isRefused(address)).toBe(true)
      expect(readReport(InstanceId)).toBe('half done\n')

      expect((await call('StartInstance', { InstanceId })).outcome).toBe('200')
      const again = await soonView(address)
      expect(again.name).toBe('sandbox-agent-1')
      expect(serverOf(InstanceId)).not.toBe(server)
      const home = join(folderOf(InstanceId), 'home')
      expect(readReport(InstanceId)).toBe('half done\n')
      await typeUntil(again, 'cp report copy\n', () => existsSync(join(home, 'copy')))
      expect(lines).toEqual([])
    },
  )

  test.each(['RUNNING', 'STOPPED'])('and with a delete from %s, its files are deleted too', async (status) => {
    const { InstanceId, viewer } = await makeOne()
    const folder = folderOf(InstanceId)
    if (status === 'STOPPED') {
      expect((await call('StopInstance', { InstanceId })).outcome).toBe('200')
      await expect.poll(() => viewer.isClosed()).toBe(true)
    }
    expect(existsSync(folder)).toBe(true)
    expect((await call('DeleteInstance', { InstanceId })).outcome).toBe('200')
    await expect.poll(() => existsSync(folder)).toBe(false)
  })

  test('and does not start with a start that fails', async () => {
    const { InstanceId, address, viewer } = await makeOne()
    await call('StopInstance', { InstanceId })
    await expect.poll(() => viewer.isClosed()).toBe(true)
    cloud.ecs.faults.add({ Kind: 'FailStarting', Times: 1 })
    expect((await call('StartInstance', { InstanceId })).outcome).toBe('200')
    await sleep(500)
    expect(await isRefused(address)).toBe(true)
    expect((await call('StartInstance', { InstanceId })).outcome).toBe('200')
    await soonView(address)
  })

  test('and begins again when its server is killed, which is said', async () => {
    const { InstanceId, address, viewer } = await makeOne()
    const display = displayOf(InstanceId)
    process.kill(serverOf(InstanceId), 'SIGKILL')
    await expect.poll(() => viewer.isClosed()).toBe(true)
    await soonView(address)
    expect(lines).toEqual([
      `sandbox-agent-1 (${InstanceId}, ${address}): its X server was killed by SIGKILL; next try in 1 s`,
    ])
    expect(hasSocket(display)).toBe(false)
  })

  test('and begins again when its window manager is killed, which is said', async () => {
    const { InstanceId, address, viewer } = await makeOne()
    const [manager = 0] = await soonOf(InstanceId, 'openbox')
    process.kill(manager, 'SIGKILL')
    await expect.poll(() => viewer.isClosed()).toBe(true)
    await soonView(address)
    expect(await soonOf(InstanceId, 'openbox')).not.toContain(manager)
    expect(lines).toEqual([
      `sandbox-agent-1 (${InstanceId}, ${address}): its window manager was killed by SIGKILL; next try in 1 s`,
    ])
  })

  test('at once where its port is taken, which is said, and begins when it is free', async () => {
    const other = createServer()
    const address = block.cidr.replace('0/16', '4')
    await new Promise<void>((resolve) => other.listen(5905, address, resolve))
    make(1)
    await expect.poll(() => lines).toEqual([expect.stringMatching(/Address already in use/)])
    await new Promise((resolve) => other.close(resolve))
    await soonView(address)
  })
})

test('20 at once, each of its own', async () => {
  const machines = make(20)
  const opened = await Promise.all(machines.map(({ address }) => soonView(address)))
  for (const viewer of opened) {
    await expect.poll(async () => new Set(await viewer.pixels()).size).toBeGreaterThan(50)
  }
  expect(new Set(machines.map(({ InstanceId }) => displayOf(InstanceId).number)).size).toBe(20)
  expect(lines).toEqual([])
  cloud.ecs.reset()
  await expect.poll(() => opened.filter((viewer) => !viewer.isClosed())).toEqual([])
})

/** Asks an X server for admission ("Connection setup" of X11). */
function enter(display: number, cookie: Buffer): Promise<'let in' | 'refused'> {
  const socket = connect(`/tmp/.X11-unix/X${display}`)
  const head = Buffer.from([0x6c, 0, 11, 0, 0, 0, 18, 0, 16, 0, 0, 0])
  socket.write(Buffer.concat([head, Buffer.from('MIT-MAGIC-COOKIE-1\0\0'), cookie]))
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('data', (answer) => {
      socket.destroy()
      resolve(answer[0] === 1 ? 'let in' : 'refused')
    })
  })
}
