import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Local } from '../../local/cloud.ts'
import { startLocalForTests } from '../../local/testing.ts'
import { ACTIONS } from '../actions.ts'
import { DEFAULT_URL } from '../connection.ts'
import { startFakeDesktop, startServer } from '../testing.ts'
import { complete } from './completion.ts'
import { main } from './main.ts'
import { printJson } from './output.ts'
import { createProgram } from './program.ts'
import { withProgress } from './progress.ts'
import type { Output, Terminal } from './terminal.ts'

// The command against what npm start runs, with keys.

const KEY = 'fake-key-of-an-operator'
const OTHER_KEY = 'fake-key-of-a-reader'
const TAGS = { 'managed-by': 'ecs-manager' }

let local: Local
let home: string
let url: string

beforeAll(async () => {
  const keys = {
    operator: { key: KEY, actions: ['read', 'use', 'lifecycle'], owner: 'all' },
    reader: { key: OTHER_KEY, actions: ['use'] },
  }
  const settings = { ECS_MANAGER__SECURITY__KEYS: JSON.stringify(keys) }
  local = await startLocalForTests({ auth: 'key', settings, ecs: { stopSeconds: 1 } })
  url = local.url
})
beforeEach(() => {
  local.cloud.ecs.reset()
  home = mkdtempSync(join(tmpdir(), 'command-test-'))
})
afterEach(() => rmSync(home, { recursive: true }))
afterAll(() => local?.close())

interface Run {
  code: number
  stdout: string
  stderr: string
}

interface RunOptions {
  /** Of a terminal; without it, input and outputs are pipes. */
  columns?: number
  env?: Record<string, string>
  /** What is typed, or piped into the command; null if nothing comes and the input does not end. */
  input?: string | null
  /** That stderr is not the terminal. */
  isErrorPiped?: boolean
  /** Ctrl-C. */
  signal?: AbortSignal
}

async function run(line: string | string[], options: RunOptions = {}): Promise<Run> {
  const { columns, env = {}, input = '', isErrorPiped = false, signal } = options
  const text = { stdout: '', stderr: '' }
  const isTTY = columns !== undefined
  const output = (name: 'stdout' | 'stderr'): Output => ({
    isTTY: isTTY && !(isErrorPiped && name === 'stderr'),
    ...(isTTY && { columns }),
    write: (data) => {
      text[name] += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
    },
  })
  const stdin = Object.assign(new PassThrough(), { isTTY })
  if (input !== null) stdin.end(input)
  const terminal: Terminal = {
    stdin,
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: { HOME: home, ECS_MANAGER_URL: url, ECS_MANAGER_KEY: KEY, TERM: 'xterm', ...env },
  }
  const args = Array.isArray(line) ? line : line.split(' ')
  const code = await main(args, terminal, signal ?? new AbortController().signal)
  for (const key of [KEY, OTHER_KEY])
    if (!args.includes('--show-key')) expect(text.stdout + text.stderr).not.toContain(key)
  return { code, ...text }
}

const machines = () => local.cloud.ecs.instances().filter(({ Status }) => Status !== 'DELETING')
const ids = () => machines().map(({ InstanceId }) => InstanceId)
const firstId = () => ids()[0] ?? ''
const seed = (count: number, more = {}) => local.cloud.ecs.seed(count, { tags: TAGS, ...more })

describe('sandbox list', () => {
  test('prints JSON to a pipe', async () => {
    seed(2)
    const { code, stdout, stderr } = await run('sandbox list')
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject([
      { SandboxId: expect.any(String), Status: 'RUNNING' },
      { Status: 'RUNNING' },
    ])
  })

  test('prints a table to a terminal, which is never wider', async () => {
    seed(1, { instanceName: 'sandbox-agent-1' })
    const wide = (await run('sandbox ls', { columns: 120, env: { NO_COLOR: '1' } })).stdout
    expect(wide).toMatch(
      /^ID +STATUS +NAME +OS +AGE +ADDRESS +TYPE\ni-\w+ +RUNNING +agent-1 +Linux +\d+s +127\.\S+ +ecs/,
    )
    for (const columns of [80, 40, 20]) {
      const { stdout } = await run('sandbox ls', { columns, env: { NO_COLOR: '1' } })
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
      expect(stdout).toMatch(/^ID/)
    }
  })

  test.each([
    ['a colour to a terminal', {}, true],
    ['none with NO_COLOR', { NO_COLOR: '1' }, false],
    ['none to a dumb terminal', { TERM: 'dumb' }, false],
  ])('prints %s', async (_, env, isColoured) => {
    seed(1)
    const { stdout } = await run('sandbox ls', { columns: 80, env })
    expect(stdout.includes('\u001b[32mRUNNING')).toBe(isColoured)
    expect(stdout.includes('\u001b')).toBe(isColoured)
  })

  test('has filters', async () => {
    seed(2, { status: 'STOPPED' })
    seed(1)
    expect(JSON.parse((await run('sandbox ls --status stopped')).stdout)).toHaveLength(2)
    expect(JSON.parse((await run('sandbox ls --older-than 1h')).stdout)).toEqual([])
    local.cloud.ecs.advance(7_200)
    expect(JSON.parse((await run('sandbox ls --owner nobody')).stdout)).toEqual([])
  })

  test('says that there are none', async () => {
    expect(await run('sandbox ls', { columns: 80 })).toEqual({ code: 0, stdout: '', stderr: 'No sandboxes.\n' })
  })

  test('prints nothing that controls the terminal', async () => {
    seed(1, { instanceName: 'a\u001b[2Jb' })
    const { stdout } = await run('sandbox ls', { columns: 120, env: { NO_COLOR: '1' } })
    expect(stdout).toContain('a?[2Jb')
  })
})

describe('sandbox create', () => {
  test('prints the id and the end', async () => {
    const { code, stdout } = await run('sandbox create --name agent-1 --lifetime 30m --tag team=research')
    expect(code).toBe(0)
    const { SandboxId, ExpireAt } = JSON.parse(stdout)
    expect(ids()).toEqual([SandboxId])
    expect(Math.round((Date.parse(ExpireAt) - Date.now()) / 60_000)).toBe(30)
    expect(machines()[0]?.Tags.get('team')).toBe('research')
  })

  test('waits, and shows progress only on a terminal', async () => {
    const piped = await run('sandbox create --wait --no-desktop')
    expect([piped.code, piped.stderr, JSON.parse(piped.stdout).Status]).toEqual([0, '', 'RUNNING'])
    const shown = await run('sandbox create --wait --no-desktop', { columns: 80 })
    expect(shown.stderr).toContain('Creating.')
    expect(shown.stderr.endsWith('\r\u001b[2K')).toBe(true)
    const dumb = await run('sandbox create --wait --no-desktop', { columns: 80, env: { TERM: 'dumb' } })
    expect(dumb.stderr).toBe('Creating.\n')
  })

  test('that is interrupted says what it has created', async () => {
    local.cloud.ecs.faults.add({ Kind: 'StuckCreating', Times: 1 })
    const stop = new AbortController()
    const running = run('sandbox create --wait', { signal: stop.signal })
    await expect.poll(ids).toHaveLength(1)
    setTimeout(() => stop.abort(), 300)
    const { code, stderr } = await running
    expect(code).toBe(130)
    expect(stderr).toMatch(new RegExp(`Sandbox ${firstId()} was created. It ends at \\S+Z\\.\nInterrupted\\.`))
    local.cloud.ecs.faults.clear()
  })

  describe('without a clear answer says how to get the sandbox', () => {
    const advice = (token: string) =>
      new RegExp(`^A sandbox may have been created\\. .* --client-token ${token}\\. .*\n`, 'm')

    test('after a temporary failure', async () => {
      const server = await startServer((_request, response) => response.writeHead(503, { 'Retry-After': '600' }).end())
      const env = { ECS_MANAGER_URL: server.url }
      const { code, stderr } = await run('sandbox create', { env })
      expect([code, stderr]).toEqual([1, expect.stringMatching(advice('\\w{32}'))])
      const named = await run('sandbox create --client-token mine', { env })
      expect(named.stderr).toMatch(advice('mine'))
      server.close()
    })

    test('after Ctrl-C, with the token that was sent', async () => {
      const stop = new AbortController()
      const server = await startServer(() => stop.abort())
      const env = { ECS_MANAGER_URL: server.url }
      const { code, stderr } = await run('sandbox create', { env, signal: stop.signal })
      const token = String(server.received[0]?.parameters.ClientToken)
      expect([code, stderr]).toEqual([130, expect.stringMatching(advice(token))])
      server.close()
    })

    test('and nothing about one after another failure', async () => {
      expect((await run('sandbox create --type none')).stderr).not.toContain('may have been created')
      const server = await startServer(() => {})
      server.close()
      const unreachable = await run('sandbox create', { env: { ECS_MANAGER_URL: server.url } })
      expect(unreachable.stderr).toMatch(/^error: .*\(Unreachable/)
    })
  })
})

describe('one sandbox', () => {
  beforeEach(() => seed(1, { instanceName: 'sandbox-a' }))

  test('is shown', async () => {
    expect(JSON.parse((await run(`sandbox get ${firstId()}`)).stdout)).toMatchObject({ SandboxId: firstId() })
    expect((await run(`sandbox get ${firstId()}`, { columns: 80 })).stdout).toMatch(/^SandboxId +i-\w+\n/)
  })

  test('is renewed', async () => {
    const { stdout } = await run(`sandbox renew ${firstId()} 2h`)
    expect(Math.round((Date.parse(JSON.parse(stdout).ExpireAt) - Date.now()) / 60_000)).toBe(120)
  })

  test('is stopped, started and restarted', async () => {
    const id = firstId()
    expect(JSON.parse((await run(`sandbox stop ${id} --wait`)).stdout)).toMatchObject([
      { SandboxId: id, Status: 'STOPPED' },
    ])
    const started = await run(`sandbox start ${id} --wait --no-desktop`, { columns: 80, env: { NO_COLOR: '1' } })
    expect(started.stdout).toMatch(/^ID +STATUS.*\ni-\w+ +RUNNING/)
    expect((await run(`sandbox reboot ${id}`)).code).toBe(0)
  })

  test('is opened with a link', async () => {
    expect((await run(`sandbox open ${firstId()}`, { columns: 80 })).stdout).toMatch(/^http:.*\/console#token=\S+\n$/)
    expect(JSON.parse((await run(`sandbox open ${firstId()}`)).stdout)).toMatchObject({
      OsType: 'Linux',
      Token: expect.any(String),
    })
  })

  test.runIf(process.platform === 'linux')('is opened in a browser', async () => {
    const opened = join(home, 'opened')
    writeFileSync(join(home, 'xdg-open'), `#!/bin/sh\necho "$1" > ${opened}.new && mv ${opened}.new ${opened}\n`, {
      mode: 0o755,
    })
    const { PATH } = process.env
    process.env.PATH = `${home}:${PATH}`
    try {
      const { stdout } = await run(`sandbox open ${firstId()} --browser`, { columns: 80 })
      await expect.poll(() => existsSync(opened) && readFileSync(opened, 'utf8')).toBe(stdout)
    } finally {
      process.env.PATH = PATH
    }
  })

  test('has a screenshot', async () => {
    const { NetworkInterfaces } = machines()[0] ?? { NetworkInterfaces: [] }
    const fake = await startFakeDesktop(NetworkInterfaces[0]?.PrimaryIpAddress ?? '', local.config.terminal.vnc_port)
    try {
      const file = join(home, 'desktop.png')
      const { code, stdout } = await run(['sandbox', 'screenshot', firstId(), file, '--wait'])
      expect([code, JSON.parse(stdout)]).toEqual([0, { SandboxId: firstId(), File: file, Width: 200, Height: 100 }])
      expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG')
      expect((await run(`sandbox screenshot ${firstId()} -`)).stdout).toContain('PNG')
      expect((await run(`sandbox screenshot ${firstId()} -`, { columns: 80 })).code).toBe(2)
    } finally {
      fake.close()
    }
  })
})

test('create, start and reboot wait for a desktop that is reached directly', async () => {
  seed(1, { status: 'STOPPED' })
  const { NetworkInterfaces } = machines()[0] ?? { NetworkInterfaces: [] }
  const fake = await startFakeDesktop(NetworkInterfaces[0]?.PrimaryIpAddress ?? '', 5999)
  try {
    for (const name of ['start', 'reboot']) {
      const line = `sandbox ${name} ${firstId()} --wait --timeout 20s --direct --port`
      expect(JSON.parse((await run(`${line} 5999`)).stdout)).toMatchObject([{ Status: 'RUNNING' }])
    }
    const created = await run('sandbox create --wait --timeout 2s --direct --port 5998')
    expect([created.code, created.stderr]).toEqual([1, expect.stringContaining('Its desktop does not answer yet.')])
  } finally {
    fake.close()
  }
})

describe('sandbox delete', () => {
  test('deletes several, and goes on after a failure', async () => {
    seed(3)
    const [first = '', second = ''] = ids()
    const { code, stdout, stderr } = await run(`sandbox rm ${first} i-unknown ${second}`)
    expect(code).toBe(1)
    expect(ids()).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject([
      { SandboxId: first, Deleted: true },
      { SandboxId: 'i-unknown', Error: { Code: 'InvalidSandbox.NotFound', RequestId: expect.any(String) } },
      { SandboxId: second, Deleted: true },
    ])
    expect(stderr).toMatch(/^error: i-unknown: .*\(InvalidSandbox\.NotFound, request \w+\)\n$/)
  })

  test('of all asks first', async () => {
    seed(2)
    const no = await run('sandbox delete --all', { columns: 80, input: 'n\n' })
    expect([no.code, ids().length]).toEqual([1, 2])
    expect(no.stderr).toContain('Delete these 2 sandboxes? [y/N]')
    const yes = await run('sandbox delete --all', { columns: 80, input: 'y\n' })
    expect([yes.code, ids().length]).toEqual([0, 0])
    expect(yes.stdout).toMatch(/^Deleted i-\w+\nDeleted i-\w+\n$/)
  })

  test('of all that match needs --yes in a script', async () => {
    seed(2)
    seed(1, { status: 'STOPPED' })
    expect(await run('sandbox delete --all')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect((await run('sandbox delete --all --older-than 1d --yes')).code).toBe(0)
    expect(ids()).toHaveLength(3)
    expect((await run('sandbox delete --all --status STOPPED --yes')).code).toBe(0)
    expect(ids()).toHaveLength(2)
  })

  test.each([
    'sandbox delete',
    'sandbox delete --all i-1 --yes',
    'sandbox delete i-1 --status RUNNING',
    'sandbox delete --status RUNNING --yes',
  ])('%s is a wrong use', async (line) => {
    seed(1)
    expect((await run(line)).code).toBe(2)
    expect(ids()).toHaveLength(1)
  })
})

describe('Ctrl-C', () => {
  test.each(['login --key-file -', 'login', 'call DeleteSandbox --data -', 'sandbox ls --key-file -'])(
    'ends %s, which reads standard input',
    async (line) => {
      const stop = new AbortController()
      setTimeout(() => stop.abort(), 50)
      expect(await run(line, { input: null, signal: stop.signal })).toEqual({
        code: 130,
        stdout: '',
        stderr: 'Interrupted.\n',
      })
    },
  )

  test('ends work on several, and what is known is printed', async () => {
    const stop = new AbortController()
    const server = await startServer(({ parameters }, response) => {
      if (parameters.SandboxId === 'i-0')
        response.end(JSON.stringify({ ResponseMetadata: {}, Result: { Status: 'STOPPING' } }))
      if (server.received.length === 9) setTimeout(() => stop.abort(), 100)
    })
    const env = { ECS_MANAGER_URL: server.url }
    const line = ['sandbox', 'stop', ...Array.from({ length: 20 }, (_, index) => `i-${index}`)]
    const { code, stdout, stderr } = await run(line, { env, signal: stop.signal })
    expect([code, stderr, server.received.length]).toEqual([130, 'Interrupted.\n', 9])
    expect(JSON.parse(stdout)).toEqual([{ SandboxId: 'i-0', Status: 'STOPPING' }])
    server.close()
  })
})

describe('texts of the service do not control the terminal', () => {
  const shown = () => {
    let text = ''
    const output: Output = { isTTY: true, columns: 80, write: (data) => (text += data) }
    const terminal: Terminal = { stdin: new PassThrough(), stdout: output, stderr: output, env: { TERM: 'xterm' } }
    return { terminal, read: () => text }
  }

  test('in JSON', () => {
    const { terminal, read } = shown()
    printJson(terminal, { Name: 'a\u009b2J\u007f\u001b' })
    expect(read()).toContain('a\\u009b2J\\u007f\\u001b')
    expect(JSON.parse(read())).toEqual({ Name: 'a\u009b2J\u007f\u001b' })
  })

  test('in the progress, which is not shown after its end', async () => {
    const { terminal, read } = shown()
    const show = await withProgress(terminal, async (show) => {
      show('a\u001b[2Jb')
      return show
    })
    expect(read()).toContain('a?[2Jb')
    const before = read()
    show('late')
    expect(read()).toBe(before)
  })

  test('in the outcomes', async () => {
    const { stderr } = await run(['sandbox', 'stop', 'i-1\u009b', 'i-2'])
    expect(stderr).toContain('error: i-1?: ')
  })
})

describe('a wrong use has the exit code 2', () => {
  test.each([
    '',
    'sandbox',
    'sandbox lst',
    'sandbox get',
    'sandbox create --lifetime 5x',
    'sandbox create --lifetime 0',
    'sandbox create --tag team',
    'sandbox create --proxy https://viewer.example.com',
    'sandbox start i-1 --proxy viewer',
    'sandbox reboot i-1 --port 0',
    'sandbox screenshot i-1 --port 65536',
    'sandbox screenshot i-1 --port 5905.5',
    'sandbox stop i-1 --direct',
    'sandbox ls --status SLEEPING',
    'sandbox ls -o yaml',
    'sandbox ls --nothing',
    'sandbox ls --url ftp://example.com',
    'sandbox ls --profile unknown',
    'call NoAction',
    'call DeleteSandbox i-1',
    'call DeleteSandbox --data []',
    'completion tcsh',
  ])('%s', async (line) => {
    const { code, stdout, stderr } = await run(line === '' ? [] : line)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).not.toBe('')
    expect(stderr).not.toMatch(/ at .*\.ts:/)
  })
})

test.each(['--help', 'sandbox --help', 'sandbox create --help', 'login --help', '--version'])(
  '%s succeeds',
  async (line) => {
    const { code, stdout, stderr } = await run(line)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toBe('')
  },
)

describe('a failure', () => {
  test('has the message, the code and the request id', async () => {
    const { code, stdout, stderr } = await run('sandbox renew i-unknown 1h')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: .+ \(InvalidSandbox\.NotFound, request \w+\)\n$/)
  })

  test('says how to log in', async () => {
    expect((await run('sandbox ls', { env: { ECS_MANAGER_KEY: '' } })).stderr).toContain('ecs-manager login')
    expect((await run('sandbox ls', { env: { ECS_MANAGER_KEY: 'fake-wrong' } })).stderr).toContain('InvalidAccessKey')
  })
})

describe('the key', () => {
  const noKey = { ECS_MANAGER_KEY: '', ECS_MANAGER_URL: '' }
  const profiles = () => join(home, '.config/ecs-manager/profiles.json')

  test('comes from a file, or from standard input', async () => {
    const file = join(home, 'key')
    writeFileSync(file, `${KEY}\n`)
    expect((await run(['sandbox', 'ls', '--url', url, '--key-file', file], { env: noKey })).code).toBe(0)
    expect(
      (await run(['sandbox', 'ls', '--url', url, '--key-file', '-'], { env: noKey, input: `${KEY}\n` })).code,
    ).toBe(0)
  })

  test('as an option causes a warning', async () => {
    const { code, stderr } = await run(['sandbox', 'ls', '--key', KEY])
    expect([code, stderr]).toEqual([0, expect.stringContaining('everybody on this computer can see')])
  })

  test('is kept by login in a file that only the user can read, and used from there', async () => {
    const login = await run(['login', '--url', url], { env: noKey, input: `${KEY}\n` })
    expect([login.code, login.stderr]).toEqual([0, expect.stringContaining(`Logged in to ${url} as operator.`)])
    expect(statSync(profiles()).mode & 0o777).toBe(0o600)
    expect((await run('sandbox ls', { env: noKey })).code).toBe(0)
    expect((await run('logout', { env: noKey })).code).toBe(0)
    expect(readFileSync(profiles(), 'utf8')).not.toContain(KEY)
  })

  test('is asked for at a terminal, and not shown', async () => {
    const login = await run(['login', '--url', url], { env: noKey, input: `${KEY}\n`, columns: 80 })
    expect([login.code, login.stderr]).toEqual([0, expect.stringMatching(/^Key .*Logged in/s)])
    expect(JSON.parse(readFileSync(profiles(), 'utf8'))).toEqual({ default: { url, key: KEY } })
  })

  test('is not asked for where it would be shown', async () => {
    const { code, stderr } = await run(['login', '--url', url], { env: noKey, columns: 80, isErrorPiped: true })
    expect([code, stderr]).toEqual([2, expect.stringContaining('--key-file')])
  })

  test('of a profile is not sent to another address', async () => {
    await run(['login', '--url', url], { env: noKey, input: KEY })
    const other = url.replace('127.0.0.1', 'localhost')
    const { stderr } = await run(['sandbox', 'ls', '--url', other], { env: noKey })
    expect(stderr).toContain('MissingAuthenticationToken')
  })

  test('may be in several profiles', async () => {
    await run(['login', '--url', url, '--profile', 'staging'], { env: noKey, input: KEY })
    expect((await run('sandbox ls --profile staging', { env: noKey })).code).toBe(0)
    expect((await run('sandbox ls', { env: { ...noKey, ECS_MANAGER_PROFILE: 'staging' } })).code).toBe(0)
    expect((await run('sandbox ls --profile staging', { env: { ECS_MANAGER_KEY: 'fake-wrong' } })).code).toBe(0)
  })

  test('is kept and forgotten in the profile that the environment names', async () => {
    const env = { ...noKey, ECS_MANAGER_PROFILE: 'staging' }
    await run(['login', '--url', url], { env, input: KEY })
    expect(JSON.parse(readFileSync(profiles(), 'utf8'))).toEqual({ staging: { url, key: KEY } })
    expect((await run('logout', { env })).code).toBe(0)
    expect(JSON.parse(readFileSync(profiles(), 'utf8'))).toEqual({})
  })

  test('that is wrong is not kept', async () => {
    expect((await run(['login', '--url', url], { env: noKey, input: 'fake-wrong' })).code).toBe(1)
    expect(() => statSync(profiles())).toThrow('ENOENT')
  })

  test('that may not list sandboxes is kept', async () => {
    expect((await run(['login', '--url', url], { env: noKey, input: OTHER_KEY })).code).toBe(0)
  })

  test('in a file that others can read causes a warning', async () => {
    mkdirSync(join(home, '.config/ecs-manager'), { recursive: true })
    writeFileSync(profiles(), JSON.stringify({ default: { url, key: KEY } }), { mode: 0o644 })
    const { code, stderr } = await run('sandbox ls', { env: noKey })
    expect([code, stderr]).toEqual([0, expect.stringContaining('other users may read')])
  })
})

test('without settings, the address is that of npm start', () => {
  expect(DEFAULT_URL).toBe(
    `http://127.0.0.1:${/^port = (\d+)/m.exec(readFileSync(join(import.meta.dirname, '../../../config.toml'), 'utf8'))?.[1]}`,
  )
})

describe('mcp config', () => {
  test('prints the address, and a variable in place of the key', async () => {
    const headers = { Authorization: `Bearer \${ECS_MANAGER_KEY}` }
    expect(JSON.parse((await run('mcp config')).stdout)).toEqual({
      mcpServers: { desktops: { type: 'http', url: `${url}/mcp`, headers } },
    })
    const { desktops } = JSON.parse((await run('mcp config --show-key')).stdout).mcpServers
    expect(desktops.headers).toEqual({ Authorization: `Bearer ${KEY}` })
  })

  test('prints no header where no key is needed', async () => {
    const { stdout } = await run('mcp config', { env: { ECS_MANAGER_KEY: '' } })
    expect(JSON.parse(stdout).mcpServers.desktops).toEqual({ type: 'http', url: `${url}/mcp` })
  })
})

describe('call', () => {
  test('reaches every action of the API', async () => {
    for (const action of Object.keys(ACTIONS)) {
      const { code, stderr } = await run(['call', action, 'Unknown=x'])
      expect([code, stderr]).toEqual([1, expect.stringMatching(/(Unknown|Missing)Parameter\./)])
    }
  })

  test('has parameters as pairs or as JSON', async () => {
    const { Result } = JSON.parse((await run('call CreateSandbox LifetimeSeconds=60 InstanceName=7')).stdout)
    expect(machines()[0]).toMatchObject({ InstanceId: Result.SandboxId, InstanceName: 'sandbox-7' })
    const data = JSON.stringify({ SandboxIds: [Result.SandboxId] })
    const torn = await run(['call', 'TeardownSandboxes', '--data', '-'], { input: data })
    expect(JSON.parse(torn.stdout).Result.Sandboxes).toMatchObject([{ SandboxId: Result.SandboxId }])
  })
})

describe('completion', () => {
  const GLOBAL = ['--version', '--output', '--url', '--key-file', '--key', '--profile']
  const program = createProgram(
    { stdin: new PassThrough(), stdout: { write() {} }, stderr: { write() {} }, env: {} },
    new AbortController().signal,
  )

  test.each([
    ['', ['sandbox', 'login', 'logout', 'mcp', 'call', 'completion', 'help']],
    ['sandbox st', ['stop', 'start']],
    ['sandbox rm --', ['--status', '--owner', '--os', '--older-than', '--all', '--yes', '--help', ...GLOBAL]],
    ['sandbox rm --all i', []],
    ['sandbox ls --out', ['--output']],
    ['sandbox ls -o ', ['json', 'table']],
    ['call Re', ['RenewSandbox', 'RebootSandbox']],
  ])('of "%s"', (line, expected) => {
    expect(complete(program, line.split(' ')).sort()).toEqual(expected.sort())
  })

  test('works in bash', async () => {
    const { stdout } = await run('completion bash')
    const script = `ecs-manager() { printf '%s\\n' "$@"; }
${stdout}
COMP_WORDS=(ecs-manager sandbox st); COMP_CWORD=2; _ecs_manager; printf '%s,' "\${COMPREPLY[@]}"`
    expect(execFileSync('bash', { input: script, encoding: 'utf8' })).toBe('complete,--,sandbox,st,')
  })
})
