import { type ChildProcess, spawn } from 'node:child_process'
import { afterEach, expect, it } from 'vitest'
import { caller } from './ecs/testing.ts'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

it('listens, says how to use it, and ends at once when told to', async () => {
  const emulator = start('--port', '0', '--gateway-port', '0', '--boot-seconds', '60', '--seed', '2', '--secret-key', 'own-secret')
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

  emulator.child.kill('SIGTERM')
  expect(await emulator.ended).toMatchObject({ code: 0, err: '' })
})

it.each([
  [['--prot', '1'], "emulator: Unknown option '--prot'"],
  [['--port', '-1'], 'emulator: '],
  [['--port', '70000'], 'emulator: --port is 70000, not a port from 0 to 65535'],
  [['--boot-seconds', 'soon'], 'emulator: --boot-seconds is "soon", not a number from 0 up'],
  [['--address-block', 'all'], 'emulator: all is not an address block like 10.0.0.0/8'],
  [['extra'], 'emulator: Unexpected argument'],
])('%j: one line on stderr, exit code 1', async (flags, line) => {
  const { code, out, err } = await start(...flags).ended
  expect([code, out]).toEqual([1, ''])
  expect(err.trimEnd().split('\n')).toEqual([expect.stringContaining(line)])
})

it('a port that is taken: one line, exit code 1', async () => {
  const first = start('--port', '0', '--gateway-port', '0')
  const port = (await first.printed(/^ready .*$/m)).match(/:(\d+)$/m)?.[1] ?? ''
  const { code, err } = await start('--port', port, '--gateway-port', '0').ended
  expect([code, err.trimEnd().split('\n').length]).toEqual([1, 1])
  expect(err).toContain('is in use; choose another with --port')
})

it('--help', async () => {
  const { code, out } = await start('--help').ended
  expect(code).toBe(0)
  expect(out).toContain('--boot-seconds')
})

function start(...flags: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'infra/emulator/index.ts', ...flags])
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
