import { PNG } from 'pngjs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Local } from '../../infra/local/cloud.ts'
import { startLocalForTests } from '../../infra/local/testing.ts'
import { pictureOf } from '../../shared/desktop/testing.ts'
import { type Agent, connectAgent, startVncServer } from './testing.ts'

const KEYS = {
  operator: 'fake-key-of-the-operator',
  one: { key: 'fake-key-of-agent-one', actions: ['read', 'use', 'lifecycle'] },
  two: { key: 'fake-key-of-agent-two', actions: ['read', 'use', 'lifecycle'] },
  viewer: { key: 'fake-key-of-a-viewer', actions: ['read', 'use'], owner: 'one' },
  blind: { key: 'fake-key-without-read', actions: ['UseDesktop'], owner: 'one' },
}

const VNC_PORT = 5905
const ALL = [
  'create_sandbox',
  'wait_for_desktop',
  'list_sandboxes',
  'renew_sandbox',
  'stop_sandbox',
  'start_sandbox',
  'delete_sandbox',
  'open_desktop',
  'screenshot',
  'move_mouse',
  'click_mouse',
  'drag_mouse',
  'scroll',
  'press_key',
  'type_text',
  'get_cursor_position',
  'wait',
]
const LIFECYCLE = ['create_sandbox', 'renew_sandbox', 'stop_sandbox', 'start_sandbox', 'delete_sandbox']

let local: Local
const lines: string[] = []
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  local = await startLocalForTests({
    auth: 'key',
    settings: {
      ECS_MANAGER__SECURITY__KEYS: JSON.stringify(KEYS),
      ECS_MANAGER__LOG__FORMAT: 'json',
      ECS_MANAGER__INSTANCE__WINDOWS_IMAGE_ID: 'image-windows',
      ECS_MANAGER__TERMINAL__DESKTOPS: 'true', // the tests put servers at the addresses of the machines
    },
    onLog: (name, line) => lines.push(`${name} ${line}`),
  })
})
afterAll(() => local.close())
beforeEach(() => {
  lines.length = 0
})
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
  local.cloud.ecs.reset()
})

async function agentOf(name: keyof typeof KEYS): Promise<Agent> {
  const setting = KEYS[name]
  const agent = await connectAgent(local.url, typeof setting === 'string' ? setting : setting.key)
  closers.push(agent.close)
  return agent
}

/** A VNC server in the next machine that is created. */
async function serveDesktop({ width, height } = { width: 320, height: 200 }) {
  const known = new Set(local.cloud.ecs.instances().map(({ InstanceId }) => InstanceId))
  const next = () => local.cloud.ecs.instances().find(({ InstanceId }) => !known.has(InstanceId))
  await expect.poll(next).toBeDefined()
  const address = next()?.NetworkInterfaces[0]?.PrimaryIpAddress ?? ''
  const server = await startVncServer(address, VNC_PORT, pictureOf(width, height))
  closers.push(server.close)
  return server
}

/** A sandbox of the agent, with a desktop of this size. */
async function desktopOf(agent: Agent, size?: { width: number; height: number }) {
  const [server, created] = await Promise.all([serveDesktop(size), agent.call('create_sandbox')])
  expect(created).toMatchObject({ failure: undefined, data: { ready: true, status: 'RUNNING' } })
  server.events.length = 0
  return { id: created.data.sandbox_id as string, server }
}

const lastLine = () => JSON.parse(lines.findLast((line) => line.startsWith('mcp '))?.slice(4) ?? '')

describe('rights', () => {
  test.each([
    ['operator', ALL],
    ['one', ALL],
    ['viewer', ALL.filter((name) => !LIFECYCLE.includes(name))],
    ['blind', ALL.slice(ALL.indexOf('screenshot'))],
  ] as const)('of %s decide which tools are listed', async (name, expected) => {
    const { tools } = await agentOf(name)
    expect(tools.map(({ name }) => name)).toEqual(expected)
  })

  test('that are missing are an error with the name of the right', async () => {
    const viewer = await agentOf('viewer')
    const { failure } = await viewer.call('create_sandbox')
    expect(failure).toMatch(/^OperationDenied\.Action: .* CreateSandbox\. .*"lifecycle"/)
    expect(local.cloud.ecs.instances()).toEqual([])
  })

  test('a wrong key is 401', async () => {
    await expect(connectAgent(local.url, 'fake-wrong-key')).rejects.toMatchObject({ code: 401 })
  })

  test('an agent sees and reaches only its own sandboxes', async () => {
    const [one, two, viewer] = [await agentOf('one'), await agentOf('two'), await agentOf('viewer')]
    const { id, server } = await desktopOf(one)
    const before = server.connections()
    expect((await two.call('list_sandboxes')).data).toEqual({ sandboxes: [] })
    for (const name of ALL.filter((name) => !['create_sandbox', 'list_sandboxes', 'wait'].includes(name))) {
      const values = { x: 1, y: 1, direction: 'up', key: 'a', text: 'a', lifetime_seconds: 60 }
      const needed = two.tools.find((tool) => tool.name === name)?.inputSchema.required ?? []
      const drag = { source_x: 1, source_y: 1, target_x: 1, target_y: 1 }
      const own = Object.entries({ ...values, ...drag }).filter(([key]) => needed.includes(key))
      const { failure } = await two.call(name, { ...Object.fromEntries(own), sandbox_id: id })
      expect([name, failure]).toEqual([name, expect.stringContaining('InvalidSandbox.NotFound')])
    }
    expect(server.connections()).toBe(before)
    // A key with the same owner does.
    expect((await viewer.call('screenshot', { sandbox_id: id })).failure).toBeUndefined()
  })
})

describe('sandboxes', () => {
  test('are created, listed, renewed, stopped, started and deleted', async () => {
    const agent = await agentOf('one')
    const steps: string[] = []
    const [, created] = await Promise.all([
      serveDesktop(),
      agent.call('create_sandbox', { instance_name: 'x', lifetime_seconds: 3_600 }, ({ message }) => {
        if (message) steps.push(message)
      }),
    ])
    const { sandbox_id } = created.data
    expect(created.data).toEqual({ sandbox_id, status: 'RUNNING', ready: true, expire_at: expect.any(String) })
    expect(steps[0]).toBe(`Sandbox ${sandbox_id} is created.`)
    expect(lastLine()).toMatchObject({ action: 'Mcp', tool: 'create_sandbox', caller: 'one', sandboxId: sandbox_id })

    const listed = await agent.call('list_sandboxes', { status: 'RUNNING' })
    expect(listed.data.sandboxes).toMatchObject([{ sandbox_id, instance_name: 'sandbox-x', owner: 'one' }])
    expect((await agent.call('list_sandboxes', { os_type: 'Windows' })).data.sandboxes).toEqual([])

    const renewed = await agent.call('renew_sandbox', { sandbox_id, lifetime_seconds: 60 })
    expect(Date.parse(renewed.data.expire_at)).toBeLessThan(Date.parse(created.data.expire_at))

    expect((await agent.call('stop_sandbox', { sandbox_id })).data.status).toBe('STOPPING')
    await expect.poll(async () => (await agent.call('list_sandboxes')).data.sandboxes[0]?.status).toBe('STOPPED')
    expect((await agent.call('click_mouse', { sandbox_id, x: 1, y: 1 })).failure).toMatch(/^InvalidSandboxStatus: /)
    expect((await agent.call('wait_for_desktop', { sandbox_id })).failure).toMatch(/start_sandbox/)
    expect((await agent.call('start_sandbox', { sandbox_id })).data.advice).toMatch(/wait_for_desktop/)
    expect((await agent.call('wait_for_desktop', { sandbox_id })).data).toMatchObject({ ready: true })

    expect((await agent.call('delete_sandbox', { sandbox_id })).data).toEqual({ sandbox_id })
    expect((await agent.call('screenshot', { sandbox_id })).failure).toMatch(/^Invalid/)
  })

  test('with the same client_token are one', async () => {
    const agent = await agentOf('one')
    const create = () => agent.call('create_sandbox', { client_token: 'task-7' })
    const [, first] = await Promise.all([serveDesktop(), create()])
    const second = await create()
    expect(second.data.sandbox_id).toBe(first.data.sandbox_id)
    expect(local.cloud.ecs.instances()).toHaveLength(1)
    const other = await agent.call('create_sandbox', { client_token: 'task-7', instance_name: 'other' })
    expect(other.failure).toMatch(/^IdempotentParameterMismatch: /)
  })

  test('may be left out while there is exactly one', async () => {
    const agent = await agentOf('one')
    expect((await agent.call('screenshot')).failure).toMatch(/^MissingParameter\.sandbox_id: .* you have no sandbox/)
    const { id } = await desktopOf(agent)
    expect((await agent.call('screenshot')).data.sandbox_id).toBe(id)
    expect(lastLine()).toMatchObject({ tool: 'screenshot', sandboxId: id })
    const { id: other } = await desktopOf(agent)
    const { failure } = await agent.call('screenshot')
    expect(failure).toContain('you have 2 sandboxes')
    expect(failure).toContain(id)
    expect(failure).toContain(other)
    // A key that may not list sandboxes does not learn their ids.
    expect((await (await agentOf('blind')).call('screenshot')).failure).not.toContain('i-')
    await agent.call('delete_sandbox', { sandbox_id: other })
    expect((await agent.call('screenshot')).data.sandbox_id).toBe(id)
  })

  test('have a link for a person', async () => {
    const agent = await agentOf('one')
    const { id } = await desktopOf(agent)
    const { data } = await agent.call('open_desktop')
    expect(data).toMatchObject({ sandbox_id: id, url: expect.stringContaining(`/console#token=${id}.`) })
    expect(lines.join()).not.toContain(data.url.split('#token=')[1])
  })

  test('with Windows have no VNC server: the tools name the agent in the machine', async () => {
    const agent = await agentOf('one')
    const created = await agent.call('create_sandbox', { os_type: 'Windows' })
    expect(created.failure ?? created.data).toMatchObject({ status: 'RUNNING' })
    const address = local.cloud.ecs.instances()[0]?.NetworkInterfaces[0]?.PrimaryIpAddress
    expect(created.data.ready).toBe(true)
    const { failure } = await agent.call('screenshot')
    expect(failure).toContain('InvalidParameter.sandbox_id')
    expect(failure).toContain(`http://${address}:8112`)
    const opened = await agent.call('open_desktop')
    expect(opened.data).toMatchObject({ url: expect.stringMatching(/^wss:/), windows_key: expect.any(String) })
    expect(lines.join()).not.toContain(opened.data.windows_key)
  })
})

describe('a desktop', () => {
  test('is shown as it is up to 1280x800, and scaled down above', async () => {
    const agent = await agentOf('one')
    const { id } = await desktopOf(agent, { width: 1280, height: 800 })
    const small = await agent.call('screenshot')
    expect(small.data).toEqual({
      sandbox_id: id,
      width: 1280,
      height: 800,
      desktop_width: 1280,
      desktop_height: 800,
      coordinates: 'screenshot',
    })
    const { width, height, data } = PNG.sync.read(small.picture ?? Buffer.alloc(0))
    expect([width, height]).toEqual([1280, 800])
    expect([...data.subarray(0, 8)]).toEqual([...pictureOf(1280, 800).pixels.subarray(0, 8)])
    await agent.call('delete_sandbox')

    await desktopOf(agent, { width: 2560, height: 1440 })
    const large = await agent.call('screenshot')
    expect(large.data).toMatchObject({ width: 1280, height: 720, desktop_width: 2560, desktop_height: 1440 })
    expect(PNG.sync.read(large.picture ?? Buffer.alloc(0))).toMatchObject({ width: 1280, height: 720 })
    const full = await agent.call('screenshot', { full: true })
    expect(full.data).toMatchObject({ width: 2560, height: 1440, coordinates: 'full' })
    expect(PNG.sync.read(full.picture ?? Buffer.alloc(0))).toMatchObject({ width: 2560, height: 1440 })
  })

  // A screenshot of it is 1280x100. It has few pixels, because each of these tests reads all of them.
  const WIDE = { width: 2560, height: 200 }
  test.each([
    [{ x: 640, y: 50 }, 'pointer 1281,101 0'],
    [{ x: 0, y: 99 }, 'pointer 1,199 0'],
    [{ x: 1279.6, y: 0 }, 'pointer 2559,1 0'],
    [{ x: 2559, y: 199, coordinates: 'full' }, 'pointer 2559,199 0'],
    [{ x: 500, y: 1000, coordinates: 'relative' }, 'pointer 1280,199 0'],
    [{ x: 0, y: 0, coordinates: 'relative' }, 'pointer 0,0 0'],
  ])('takes %j as %s', async (values, event) => {
    const agent = await agentOf('one')
    const { server } = await desktopOf(agent, WIDE)
    expect((await agent.call('move_mouse', values)).failure).toBeUndefined()
    expect(server.events).toEqual([event])
  })

  test.each([
    [{ x: 1280, y: 0 }, 'InvalidParameter.x: x must be from 0 to 1279'],
    [{ x: 0, y: 100 }, 'InvalidParameter.y: y must be from 0 to 99'],
    [{ x: -1, y: 0 }, 'InvalidParameter.x: x must be a number from 0'],
    [{ x: 1001, y: 0, coordinates: 'relative' }, 'InvalidParameter.x: x must be from 0 to 1000'],
    [{ y: 0 }, 'MissingParameter.x'],
    [{ x: '1', y: 0 }, 'InvalidParameter.x'],
    [{ x: 1, y: 0, coordinates: 'other' }, 'InvalidParameter.coordinates'],
  ])('refuses %j', async (values, message) => {
    const agent = await agentOf('one')
    const { server } = await desktopOf(agent, WIDE)
    expect((await agent.call('move_mouse', values)).failure).toContain(message)
    expect(server.events).toEqual([])
  })

  test('is used with mouse and keys', async () => {
    const agent = await agentOf('one')
    const { id, server } = await desktopOf(agent)
    const events = async (name: string, values: object) => {
      server.events.length = 0
      const { failure } = await agent.call(name, values)
      expect(failure).toBeUndefined()
      return [...server.events]
    }
    const clicks = (button: number, count: number) =>
      Array.from({ length: count }, () => [`pointer 3,4 ${button}`, 'pointer 3,4 0']).flat()
    for (const [button, mask, count] of [
      ['Left', 1, 1],
      ['Middle', 2, 1],
      ['Right', 4, 1],
      ['DoubleLeft', 1, 2],
      ['TripleLeft', 1, 3],
    ] as const) {
      expect(await events('click_mouse', { x: 3, y: 4, button })).toEqual(['pointer 3,4 0', ...clicks(mask, count)])
    }
    expect(await events('scroll', { x: 3, y: 4, direction: 'down', amount: 2 })).toEqual([
      'pointer 3,4 0',
      ...clicks(16, 2),
    ])
    const drag = await events('drag_mouse', { source_x: 1, source_y: 1, target_x: 41, target_y: 21 })
    expect([...drag.slice(0, 2), ...drag.slice(-2)]).toEqual([
      'pointer 1,1 0',
      'pointer 1,1 1',
      'pointer 41,21 1',
      'pointer 41,21 0',
    ])
    expect((await agent.call('get_cursor_position')).data).toMatchObject({ sandbox_id: id, x: 41, y: 21 })
    expect(await events('press_key', { key: 'ctrl+c' })).toEqual([
      'key ffe3 down',
      'key 63 down',
      'key 63 up',
      'key ffe3 up',
    ])
    expect(await events('type_text', { text: 'a\n' })).toEqual([
      'key 61 down',
      'key 61 up',
      'key ff0d down',
      'key ff0d up',
    ])
    await expect.poll(server.open).toBe(0)
  })

  test('keeps to itself what is typed, pressed and shown', async () => {
    const agent = await agentOf('one')
    const { server } = await desktopOf(agent)
    await agent.call('type_text', { text: 'correct horse battery' })
    await agent.call('press_key', { key: 'ctrl+shift+F7' })
    const wrong = await agent.call('press_key', { key: 'NoSuchKeyHere' })
    expect(wrong.failure).toMatch(/^InvalidParameter\.key: /)
    const { picture } = await agent.call('screenshot')
    await server.close()
    const failed = await agent.call('type_text', { text: 'correct horse battery' })
    expect(failed.failure).toMatch(/^ServiceUnavailable: /)
    const everything = `${lines.join()}${wrong.failure}${failed.failure}`
    for (const secret of ['horse', 'shift', 'NoSuchKey', picture?.toString('base64').slice(0, 40) ?? '']) {
      expect(everything).not.toContain(secret)
    }
    expect(lastLine()).toMatchObject({ tool: 'type_text', status: 503 })
  })

  test('whose pointer no call has moved has no known position', async () => {
    const agent = await agentOf('one')
    await desktopOf(agent)
    const { data } = await agent.call('get_cursor_position')
    expect([data.x, data.y, data.screenshot_width]).toEqual([undefined, undefined, 320])
  })

  test('is waited for', async () => {
    const { data } = await (await agentOf('one')).call('wait', { seconds: 0 })
    expect(data).toEqual({ waited_seconds: 0 })
  })
})
