import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type CloudEmulator, startCloud } from '../emulator/cloud.ts'
import { createLocalApi } from './local-api.ts'
import { announce, fetchOwner, readRunOf } from './local-api-client.ts'
import { type RunFile, writeRun } from './run-file.ts'

const project = join(import.meta.dirname, '../..')
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** An emulated cloud of this project, and the lines in its terminal. */
async function start(runFile?: RunFile): Promise<{ cloud: CloudEmulator; lines: string[] }> {
  const lines: string[] = []
  const localApi = createLocalApi({
    project,
    runFile: () => runFile?.path ?? '',
    onCommand: (line) => lines.push(line),
  })
  const cloud = await startCloud({ others: [localApi] })
  ends.push(cloud.close)
  return { cloud, lines }
}

async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  ends.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const run = {
  settings: { ECS_MANAGER__INSTANCE__PASSWORD: 'fake-Secret-1', OTHER: 'x' },
  isReal: false,
  gateway: 'http://127.0.0.1:2',
}

describe('the cloud of npm start', () => {
  test('returns its owner, and its run only to the same user', async () => {
    const file = writeRun(run)
    ends.push(file.remove)
    const { cloud } = await start(file)
    const owner = await fetchOwner(cloud.url)
    expect(owner).toEqual({ Project: project, Run: file.path })
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700)
    // Only settings of this service.
    expect(owner && readRunOf(owner, cloud.url)).toEqual({
      ...run,
      settings: { ECS_MANAGER__INSTANCE__PASSWORD: 'fake-Secret-1' },
    })
  })

  test.runIf(process.getuid?.() === 0)('is not trusted if another user wrote the file of its run', async () => {
    const file = writeRun(run)
    ends.push(file.remove)
    chownSync(file.path, 1234, 1234)
    const { cloud } = await start(file)
    const owner = await fetchOwner(cloud.url)
    expect(() => owner && readRunOf(owner, cloud.url)).toThrow(/cannot be read .*: another user or container/)
  })

  test('reports a run that cannot be read', async () => {
    const { cloud } = await start()
    const owner = { Project: '/home/other/ecs-manager', Run: '/nowhere/run.json' }
    expect(() => readRunOf(owner, cloud.url)).toThrow(
      /belongs to \/home\/other\/ecs-manager, .*ENOENT.*another user or container/,
    )
  })

  test('shows announced commands, without control characters', async () => {
    const { cloud, lines } = await start()
    await announce(cloud.url, { Command: 'deploy function', Project: project })
    await announce(cloud.url, { Command: 'deploy', Project: '/home/\u001b[2Jother\nready' })
    expect(lines).toEqual([
      'serverless deploy function, from this project',
      'serverless deploy, from /home/?[2Jother?ready',
    ])
  })

  test.each<[what: string, init: RequestInit, status: number]>([
    ['a form of a web page', { method: 'POST', body: '{"Command":"deploy","Project":"/x"}' }, 400],
    ['something else', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '[]' }, 400],
    ['another method', { method: 'PUT' }, 404],
  ])('refuses %s', async (_what, init, status) => {
    const { cloud, lines } = await start()
    expect((await fetch(`${cloud.url}/_emulator/local/commands`, init)).status).toBe(status)
    expect(lines).toEqual([])
  })
})

test('a cloud that was not started by npm start has no owner', async () => {
  const cloud = await startCloud()
  ends.push(cloud.close)
  expect(await fetchOwner(cloud.url)).toBeUndefined()
})

describe('without a local cloud, the message says how to start one', () => {
  test('nothing listens', async () => {
    await expect(fetchOwner('http://127.0.0.1:1')).rejects.toMatchObject({
      name: 'LocalError',
      message: expect.stringMatching(
        /^There is no local cloud at http:\/\/127\.0\.0\.1:1\. Start one with npm start.*ECS_MANAGER_LOCAL_CLOUD=/,
      ),
    })
  })

  test.each<[what: string, listener: RequestListener]>([
    ['a page', (_request, response) => response.end('<h1>hello</h1>')],
    ['other JSON', (_request, response) => response.end('{}')],
    ['an error', (_request, response) => response.writeHead(500).end('{"Project":"/x","Run":"/y"}')],
  ])('another service answers %s', async (_what, listener) => {
    await expect(fetchOwner(await startServer(listener))).rejects.toThrow(
      /is not a local cloud\. Start one with npm start/,
    )
  })
})

test('removes what a killed process has left, and nothing else', () => {
  // Above the largest process id of any system.
  const left = join(tmpdir(), 'ecs-manager-99999999-abcdef')
  const kept = mkdtempSync(join(tmpdir(), `ecs-manager-${process.pid}-`))
  ends.push(() => rmSync(kept, { recursive: true }))
  mkdirSync(left, { recursive: true })
  writeFileSync(join(left, 'run.json'), '{}')
  chmodSync(left, 0o700)
  writeRun(run).remove()
  expect([existsSync(left), existsSync(kept)]).toEqual([false, true])
})
