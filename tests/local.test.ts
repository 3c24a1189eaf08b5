import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { startEcs } from '../infra/emulator/ecs/index.ts'
import { ProjectCopy, type Run } from './support/project.ts'
import { TSX_CACHE, temporaryFolderWithTsxCache } from './support/tsx-cache.ts'

const project = join(import.meta.dirname, '..')

const runs: Run[] = []

afterEach(async () => {
  for (const { process: child, ended } of runs.splice(0)) {
    if (child.pid !== undefined && alive(child.pid).length > 0) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
})

/** Runs a command in a project folder, as the leader of a process group, which is what a terminal makes of it. */
function run(command: string, args: string[], environment: Record<string, string> = {}, cwd = project): Run {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk
    })
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  const started = { process: child, output: () => output, ended }
  runs.push(started)
  return started
}

/** What `npm start` runs, without npm. */
const start = (args: string[], environment?: Record<string, string>, cwd?: string) =>
  run(process.execPath, ['--import', 'tsx', 'infra/local/index.ts', ...args], environment, cwd)

const anyPorts = ['--port', '0', '--ecs-port', '0']

async function ready({ output }: Pick<Run, 'output'>): Promise<string> {
  // Several processes have to start.
  await expect.poll(output, { timeout: 170_000 }).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+\n/m)
  return /^ready (.*)$/m.exec(output())?.[1] ?? ''
}

/** The processes of a group that live, without those that have ended and wait to be collected. */
function alive(group: number | undefined): string[] {
  const lines = execFileSync('ps', ['-eo', 'pgid=,stat=,args='], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => new RegExp(`^\\s*${group}\\s+[^Z]`).test(line))
}

/** Stops it with the signal. It has to exit with code 0, and to leave no process and no file. */
async function expectCleanExit(local: Run, signal: NodeJS.Signals, temporary: string): Promise<void> {
  expect(alive(local.process.pid).length).toBeGreaterThan(1)
  local.process.kill(signal)
  expect(await local.ended).toBe(0)
  await expect.poll(() => alive(local.process.pid)).toEqual([])
  expect(readdirSync(temporary)).toEqual([TSX_CACHE])
  rmSync(temporary, { recursive: true })
}

const list = (url: string) => fetch(`${url}/?Action=DescribeSandboxes&Version=2020-04-01`)

describe('npm start', () => {
  test('prints addresses and lines to paste, and then that it is ready', async () => {
    const npm = run('npm', ['start', '--', ...anyPorts, '--boot-seconds', '0'])
    const url = await ready(npm)
    const text = npm.output()
    expect(text).toContain('access key AKLOCAL, secret key local-secret')
    expect(text.trimEnd().endsWith(`ready ${url}`)).toBe(true)
    const lines = text.slice(text.indexOf('To try it'), text.indexOf('Ctrl-C')).match(/^ {2}\S.*/gm) ?? []
    expect(lines.flatMap((line) => /Action=(\w+)/.exec(line)?.[1] ?? [])).toEqual([
      'CreateSandbox',
      'DescribeSandboxes',
      'DescribeSandboxTerminalUrl',
      'ValidateVncToken',
      'RenewSandbox',
      'DeleteSandbox',
    ])

    // Pasted as they are, they show an answer each, in whatever shell, with its output in a terminal, a pipe or a file.
    for (const shell of ['sh', 'bash']) {
      const file = join(mkdtempSync(join(tmpdir(), 'local-test-')), 'answers')
      const output = openSync(file, 'w')
      execFileSync(shell, { input: lines.join('\n'), stdio: ['pipe', output, output] })
      closeSync(output)
      const [created, all, terminal, address, renewed, deleted] = readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      const { SandboxId } = created.Result
      expect(all.Result).toMatchObject([{ SandboxId, Status: 'RUNNING' }])
      expect(terminal.Result.Token).toContain(`${SandboxId}.`)
      expect(address).toEqual({ host: all.Result[0].PrimaryIp, port: 5905 })
      expect(renewed.Result.ExpireAt < created.Result.ExpireAt).toBe(true)
      expect(deleted.Result).toEqual({ SandboxId })
      rmSync(dirname(file), { recursive: true })
    }
    await expect.poll(npm.output).toMatch(/ready .*\n(.*\n)*.*DeleteSandbox 200/) // what functions write

    process.kill(-(npm.process.pid ?? 0), 'SIGINT') // Ctrl-C
    await npm.ended
    expect(alive(npm.process.pid)).toEqual([])
  })

  test('with --cloud, --fast-timers and --auth key, says what it uses, and leaves nothing at a SIGHUP', async () => {
    const temporary = temporaryFolderWithTsxCache()
    const ecs = await startEcs() // nothing that is real
    const local = start([...anyPorts, '--cloud', '--fast-timers', '--auth', 'key'], {
      TMPDIR: temporary,
      HTTPS_PROXY: 'http://user:pass-7@127.0.0.1:1',
      VOLCENGINE_ACCESS_KEY: 'AKLOCAL',
      VOLCENGINE_SECRET_KEY: 'local-secret',
      ECS_MANAGER__VOLCENGINE__ENDPOINT: ecs.url,
      ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-1',
      ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
      ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-1',
      ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-1"]',
    })
    const url = await ready(local)
    await expect.poll(local.output).toMatch(/^HTTPS_PROXY is set, but functions do not use it: .* directly$/m)
    expect(local.output()).not.toContain('pass-7')

    const key = /^ *KEY=(\S+)$/m.exec(local.output())?.[1]
    expect(local.output()).toContain('-H "Authorization: Bearer $KEY"')
    expect((await list(url)).status).toBe(401)
    const answer = await fetch(`${url}/?Action=DescribeSandboxes&Version=2020-04-01`, {
      headers: { Authorization: `Bearer ${key}` },
    })
    expect(answer.status).toBe(200)

    expect(local.output()).toMatch(/^ {2}timers +cleanup-sandboxes every 5 seconds$/m)
    await expect.poll(local.output).toMatch(/CleanupSandboxes 200/)
    await expectCleanExit(local, 'SIGHUP', temporary)
    await ecs.close()
  })

  test('with --watch, deploys a function again when its source changes, and ends with all its processes even when it is killed', async () => {
    const copy = new ProjectCopy()
    const local = start([...anyPorts, '--watch'], copy.environment, copy.directory)
    try {
      const url = await ready(local)
      expect((await list(url)).status).toBe(200)
      copy.edit('functions/describe-sandboxes/index.ts', "name: 'DescribeSandboxes'", "name: 'RenewSandbox'")
      // The function answers to another name now, and the route has the old one.
      await expect.poll(async () => (await list(url)).status).toBe(404)

      copy.edit('functions/describe-sandboxes/index.ts', "name: 'RenewSandbox'", "name: 'DescribeSandboxes")
      await expect.poll(local.output).toContain('functions/describe-sandboxes/index.ts:')
      copy.edit('functions/describe-sandboxes/index.ts', "name: 'DescribeSandboxes", "name: 'DescribeSandboxes'")
      await expect.poll(async () => (await list(url)).status).toBe(200)
      expect(alive(local.process.pid).length).toBeGreaterThan(12)
      local.process.kill('SIGKILL')
      await local.ended
      await expect.poll(() => alive(local.process.pid)).toEqual([])
    } finally {
      copy.remove()
    }
  })

  test('explains itself with --help', async () => {
    const help = start(['--help'])
    expect(await help.ended).toBe(0)
    expect(help.output()).toContain('--boot-seconds')
  })
})

// infra/local/cloud.test.ts and infra/local/arguments.test.ts have the other reasons.
describe('it does not start, with one line and code 1', () => {
  const refused = async (args: string[], environment: Record<string, string> = {}) => {
    const local = start(args, environment)
    expect(await local.ended).toBe(1)
    const lines = local.output().trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    return lines[0]
  }

  test('on a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const line = await refused(['--port', '0', '--ecs-port', String(port)])
    expect(line).toBe(`port ${port} is in use; choose another with --ecs-port (0 takes a free one)`)
    server.close()
  })

  test('with a broken configuration', async () => {
    expect(await refused(anyPorts, { ECS_MANAGER__INSTANCE__VOLUME_SIZE: 'big' })).toMatch(
      /^instance\.volume_size .*ECS_MANAGER__INSTANCE__VOLUME_SIZE/,
    )
  })
})
