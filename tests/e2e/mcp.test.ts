import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Agent, connectAgent } from '../../functions/mcp/testing.ts'
import { type Local, startLocal } from '../../infra/local/cloud.ts'
import { machineIn, programIn, serverIn } from './support/left.ts'

const KEYS = {
  agent: { key: 'fake-key-of-an-agent', actions: ['read', 'use', 'lifecycle'] },
  viewer: { key: 'fake-key-of-a-viewer', actions: ['read', 'use'], owner: 'agent' },
}

/** The emulated cloud without keys, and with keys: as `npm start -- --desktops` and with `--auth key`. */
const clouds: { open?: Local; keyed?: Local } = {}
const agents: Agent[] = []
const lines: string[] = []

beforeAll(async () => {
  const onLog = (name: string, line: string) => lines.push(`${name} ${line}`)
  clouds.open = await startLocal({ port: 0, desktops: true, ecs: { bootSeconds: 1 }, onLog })
  const settings = { ECS_MANAGER__SECURITY__KEYS: JSON.stringify(KEYS) }
  clouds.keyed = await startLocal({ port: 0, desktops: true, ecs: { bootSeconds: 1 }, auth: 'key', settings })
})
afterAll(async () => {
  await clouds.open?.close()
  await clouds.keyed?.close()
})
beforeEach(() => {
  lines.length = 0
})
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close()
  for (const local of Object.values(clouds)) local.cloud.ecs.reset()
})

async function connect(local: Local | undefined, key?: string): Promise<Agent> {
  const agent = await connectAgent(local?.url ?? '', key)
  agents.push(agent)
  return agent
}

/** Calls a tool that must succeed. */
async function act(agent: Agent, name: string, values: object = {}) {
  const done = await agent.call(name, values)
  expect([name, done.failure]).toEqual([name, undefined])
  return done
}

/** Creates a sandbox, and waits until its desktop can be used: the id, and the folder of its machine. */
async function createDesktop(agent: Agent) {
  let { data } = await act(agent, 'create_sandbox')
  while (!data.ready) ({ data } = await act(agent, 'wait_for_desktop', { sandbox_id: data.sandbox_id }))
  const id: string = data.sandbox_id
  const machine = machineIn(tmpdir(), id)
  return { id, machine, home: join(machine, 'home') }
}

const look = async (agent: Agent, values: object = {}) => {
  const { picture, data } = await act(agent, 'screenshot', values)
  const png = PNG.sync.read(picture ?? Buffer.alloc(0))
  expect([png.width, png.height]).toEqual([data.width, data.height])
  return png
}

const colourAt = ({ width, data }: PNG, x: number, y: number) => data.readUInt32BE(4 * (y * width + x))

const contentOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

test('an agent creates a desktop, works in it and deletes it', async () => {
  const agent = await connect(clouds.open)
  const { id, home } = await createDesktop(agent)
  const first = await look(agent)
  expect([first.width, first.height]).toEqual([1280, 800])

  // The terminal is in the middle of the desktop.
  await act(agent, 'click_mouse', { x: 500, y: 400, coordinates: 'relative' })
  expect((await act(agent, 'get_cursor_position')).data).toMatchObject({ x: 640, y: 320 })
  const line = `It's "HELLO" \\ Grüße 中文 ~ 100%`
  await act(agent, 'type_text', { text: `cat > note.txt <<'END'\n${line}\nEND\n` })
  await expect.poll(() => contentOf(join(home, 'note.txt'))).toBe(`${line}\n`)
  await expect.poll(async () => (await look(agent)).data.equals(first.data)).toBe(false)

  await act(agent, 'type_text', { text: 'sleep 1000\n' })
  await act(agent, 'press_key', { key: 'ctrl+c' })
  await act(agent, 'type_text', { text: 'seq 1 500; touch done\n' })
  await expect.poll(() => existsSync(join(home, 'done'))).toBe(true)
  const bottom = await settled(agent)
  await act(agent, 'scroll', { x: 640, y: 320, direction: 'up', amount: 5 })
  await expect.poll(async () => (await look(agent)).data.equals(bottom.data)).toBe(false)

  // The title of the terminal. The background appears where the terminal was.
  const before = await look(agent)
  const background = colourAt(before, 1270, 10)
  expect(colourAt(before, 100, 100)).not.toBe(background)
  await act(agent, 'drag_mouse', { source_x: 300, source_y: 70, target_x: 450, target_y: 230 })
  await expect.poll(async () => colourAt(await look(agent), 100, 100)).toBe(background)

  const { data } = await act(agent, 'open_desktop')
  expect(data.url).toContain(`/console#token=${id}.`)
  await act(agent, 'delete_sandbox')
  await expect.poll(async () => (await act(agent, 'list_sandboxes')).data.sandboxes).toEqual([])
  expect(lines.join('\n')).not.toMatch(/HELLO|seq 1/)
})

/** The desktop when it no longer changes. */
async function settled(agent: Agent): Promise<PNG> {
  let last = await look(agent)
  await expect
    .poll(async () => {
      const now = await look(agent)
      const isSame = now.data.equals(last.data)
      last = now
      return isSame
    })
    .toBe(true)
  return last
}

test('with keys: a key with read and use sees and uses the desktops of its owner, and creates and deletes none', async () => {
  const agent = await connect(clouds.keyed, KEYS.agent.key)
  const viewer = await connect(clouds.keyed, KEYS.viewer.key)
  await expect(connect(clouds.keyed)).rejects.toMatchObject({ code: 401 })
  const { id, home } = await createDesktop(agent)

  const names = viewer.tools.map(({ name }) => name)
  expect(names).toContain('screenshot')
  expect(names.filter((name) => /create|delete|renew|stop|start/.test(name))).toEqual([])
  await act(viewer, 'click_mouse', { x: 640, y: 320 })
  await act(viewer, 'type_text', { text: 'touch seen\n' })
  await expect.poll(() => existsSync(join(home, 'seen'))).toBe(true)
  expect((await viewer.call('delete_sandbox', { sandbox_id: id })).failure).toMatch(/^OperationDenied\.Action: /)
  await act(agent, 'delete_sandbox', { sandbox_id: id })
})

test('a desktop whose VNC server is frozen or killed fails in time, and works again', async () => {
  const agent = await connect(clouds.open)
  const { id, machine } = await createDesktop(agent)
  const server = serverIn(machine)
  process.kill(server, 'SIGSTOP')
  expect((await agent.call('screenshot')).failure).toMatch(/^UpstreamTimeout: /)
  process.kill(server, 'SIGCONT')
  await look(agent)

  process.kill(server, 'SIGKILL')
  await expect.poll(() => programIn(machine, 'Xtigervnc')).not.toContain(server)
  // The emulated machine starts its desktop again.
  let ready = false
  while (!ready) ready = (await act(agent, 'wait_for_desktop', { sandbox_id: id })).data.ready
  await look(agent)
})

test('a machine that is deleted between two calls is not found', async () => {
  const agent = await connect(clouds.open)
  const other = await connect(clouds.open)
  const { id } = await createDesktop(agent)
  await look(agent, { sandbox_id: id })
  await act(other, 'delete_sandbox', { sandbox_id: id })
  await expect
    .poll(async () => (await agent.call('click_mouse', { sandbox_id: id, x: 1, y: 1 })).failure)
    .toMatch(/^InvalidSandbox\.NotFound: /)
})

test('20 agents work in desktops of their own at once, and each sees only its own', async () => {
  const keys = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `agent_${index}`,
      { key: `fake-key-of-agent-${index}`, actions: ['read', 'use', 'lifecycle'] },
    ]),
  )
  const local = await startLocal({
    port: 0,
    desktops: true,
    ecs: { bootSeconds: 1 },
    auth: 'key',
    settings: { ECS_MANAGER__SECURITY__KEYS: JSON.stringify(keys) },
  })
  try {
    const workers = await Promise.all(Object.values(keys).map(({ key }) => connect(local, key)))
    const desktops = await Promise.all(workers.map((agent) => createDesktop(agent)))
    expect(new Set(desktops.map(({ id }) => id)).size).toBe(20)
    await Promise.all(
      workers.map(async (agent, index) => {
        const { id = '', home = '' } = desktops[index] ?? {}
        // Without an id: each has exactly one.
        await act(agent, 'click_mouse', { x: 640, y: 320 })
        await act(agent, 'type_text', { text: `echo Agent-${index} > who.txt; clear; cat who.txt\n` })
        await expect.poll(() => contentOf(join(home, 'who.txt'))).toBe(`Agent-${index}\n`)
        await look(agent)
        const { sandboxes } = (await act(agent, 'list_sandboxes')).data
        expect(sandboxes.map((sandbox: { sandbox_id: string }) => sandbox.sandbox_id)).toEqual([id])
        const other = desktops[(index + 1) % 20]?.id
        const { failure } = await agent.call('screenshot', { sandbox_id: other })
        expect(failure).toMatch(/^InvalidSandbox\.NotFound: /)
      }),
    )
    await Promise.all(workers.map((agent) => act(agent, 'delete_sandbox')))
    await expect.poll(() => local.cloud.ecs.instances()).toEqual([])
  } finally {
    await local.close()
  }
})
