import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { temporaryFolderWithTsxCache } from '../../tests/support/tsx-cache.ts'
import { caller } from './ecs/testing.ts'
import { processExists } from './vefaas/runtime/temporary-folder.ts'
import { caller as vefaasCaller, zipOf } from './vefaas/testing.ts'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

it('listens, prints how to use it, keeps its port, and stops at once on SIGTERM', async () => {
  const emulator = start(
    '--port',
    '0',
    '--gateway-port',
    '0',
    '--boot-seconds',
    '60',
    '--seed',
    '2',
    '--secret-key',
    'own-secret',
  )
  const out = await emulator.printed(/^ready .*$/m)
  const url = out.match(/^ready (http:\/\/127\.0\.0\.1:\d+)$/m)?.[1] ?? ''
  expect(out).toContain('AKLOCAL')
  expect(out).toContain('own-secret')

  const fault = out.match(/-d '(.*)'/)?.[1] ?? ''
  const headers = { 'content-type': 'application/json' }
  await fetch(`${url}/_emulator/faults`, { method: 'POST', headers, body: fault })
  const call = (action: string) => caller(url)(action, {}, { secretKey: 'own-secret' })
  expect((await call('DescribeInstances')).status).toBe(429)
  await fetch(`${url}/_emulator/faults`, { method: 'DELETE' })
  expect((await call('DescribeInstances')).result.TotalCount).toBe(2)

  // Another one on its port: one line, exit code 1.
  const other = await start('--port', new URL(url).port, '--gateway-port', '0').ended
  expect([other.code, other.err.trimEnd().split('\n').length]).toEqual([1, 1])
  expect(other.err).toContain('is in use; choose another with --port')

  emulator.child.kill('SIGTERM')
  expect(await emulator.ended).toMatchObject({ code: 0, err: '' })
})

it.each([
  [['--port', '-1'], 'emulator: '],
  [['--address-block', 'all'], 'emulator: all is not an address block like 10.0.0.0/8'],
])('%j: one line on stderr, exit code 1', async (flags, line) => {
  const { code, out, err } = await start('--gateway-port', '0', ...flags).ended
  expect([code, out]).toEqual([1, ''])
  expect(err.trimEnd().split('\n')).toEqual([expect.stringContaining(line)])
})

it('--help', async () => {
  const { code, out } = await start('--help').ended
  expect(code).toBe(0)
  expect(out).toContain('--boot-seconds')
})

it('leaves no process running when it is killed, and the next start removes its files', async () => {
  const folder = temporaryFolderWithTsxCache()
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}') // functions still load as CommonJS
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const left = () => readdirSync(folder).filter((name) => name.startsWith('vefaas-'))
  const flags = ['--port', '0', '--gateway-port', '0', '--timer-speed', '600']

  const emulator = startIn({ TMPDIR: folder }, ...flags)
  const [, url = ''] = /^ready (.*)$/m.exec(await emulator.printed(/^ready .*$/m)) ?? []
  const call = vefaasCaller(url)
  const functions = {
    idle: 'console.log("pid " + process.pid); exports.handler = () => {}',
    'stuck-as-it-loads': 'console.log("pid " + process.pid); for (;;) {}',
    'stuck-in-a-call': 'exports.handler = () => { console.log("pid " + process.pid); for (;;) {} }',
  }
  for (const [Name, code] of Object.entries(functions)) {
    const { result } = await call('CreateFunction', { Name, Runtime: 'node20/v1', Source: zipOf(code) })
    const FunctionId = result.Id
    await call('CreateTimer', { FunctionId, Name: 'some-timer', Crontab: '* * * * *' })
    await call('Release', { FunctionId, RevisionNumber: 0, TargetTrafficWeight: 100 })
  }
  const out = await emulator.printed(/( pid \d+\n[\s\S]*){3}/)
  const pids = [...out.matchAll(/ pid (\d+)/g)].map(([, pid]) => Number(pid))
  expect(pids.map(processExists)).toEqual([true, true, true])

  emulator.child.kill('SIGKILL')
  await expect.poll(() => pids.map(processExists)).toEqual([false, false, false])
  expect(left()).toHaveLength(1)

  const next = startIn({ TMPDIR: folder }, ...flags)
  await next.printed(/^ready .*$/m)
  expect(left()).toEqual([expect.stringContaining(`-${next.child.pid}-`)])
  next.child.kill('SIGTERM')
  await next.ended
  expect(left()).toEqual([])
})

function start(...flags: string[]) {
  return startIn({}, ...flags)
}

function startIn(environment: Record<string, string>, ...flags: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'infra/emulator/index.ts', ...flags], {
    env: { ...process.env, ...environment },
  })
  started.push(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk
  })
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }))
  })
  const printed = (what: RegExp) =>
    new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => what.test(out) && resolve(out))
      child.on('close', () => reject(new Error(`ended without printing ${what}: ${out}${err}`)))
    })
  return { child, ended, printed }
}
