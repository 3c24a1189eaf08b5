import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type CloudEmulator, startCloud } from '../emulator/cloud.ts'
import { createControl } from './control.ts'
import { announce, ownerOf, runOf } from './owner.ts'
import { type RunFile, writeRun } from './run.ts'

const project = join(import.meta.dirname, '../..')
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** An emulated cloud of this project, and what its terminal shows. */
async function start(runFile?: RunFile): Promise<{ cloud: CloudEmulator; lines: string[] }> {
  const lines: string[] = []
  const control = createControl({ project, runFile: () => runFile?.path ?? '', onCommand: (line) => lines.push(line) })
  const cloud = await startCloud({ others: [control] })
  ends.push(cloud.close)
  return { cloud, lines }
}

async function serverThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers).listen(0, '127.0.0.1')
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
  test('tells whose it is, and how it was started to the same user alone', async () => {
    const file = writeRun(run)
    ends.push(file.remove)
    const { cloud } = await start(file)
    const owner = await ownerOf(cloud.url)
    expect(owner).toEqual({ Project: project, Run: file.path })
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700)
    // Nothing but settings of this service.
    expect(owner && runOf(cloud.url, owner)).toEqual({
      ...run,
      settings: { ECS_MANAGER__INSTANCE__PASSWORD: 'fake-Secret-1' },
    })
  })

  test.runIf(process.getuid?.() === 0)('is not believed where another user wrote how it was started', async () => {
    const file = writeRun(run)
    ends.push(file.remove)
    chownSync(file.path, 1234, 1234)
    const { cloud } = await start(file)
    const owner = await ownerOf(cloud.url)
    expect(() => owner && runOf(cloud.url, owner)).toThrow(/cannot be read .*: another user or container/)
  })

  test('says so where that cannot be read', async () => {
    const { cloud } = await start()
    const owner = { Project: '/home/other/ecs-manager', Run: '/nowhere/run.json' }
    expect(() => runOf(cloud.url, owner)).toThrow(
      /belongs to \/home\/other\/ecs-manager, .*ENOENT.*another user or container/,
    )
  })

  test('shows who is about to change something, with nothing that a terminal would obey', async () => {
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
  ])('takes no %s', async (_what, init, status) => {
    const { cloud, lines } = await start()
    expect((await fetch(`${cloud.url}/_emulator/local/commands`, init)).status).toBe(status)
    expect(lines).toEqual([])
  })
})

test("a cloud that npm start has not started is nobody's", async () => {
  const cloud = await startCloud()
  ends.push(cloud.close)
  expect(await ownerOf(cloud.url)).toBeUndefined()
})

describe('where no local cloud is, the message says how to have one', () => {
  test('nothing listens', async () => {
    await expect(ownerOf('http://127.0.0.1:1')).rejects.toMatchObject({
      name: 'LocalError',
      message: expect.stringMatching(
        /^There is no local cloud at http:\/\/127\.0\.0\.1:1\. npm start.*ECS_MANAGER_LOCAL_CLOUD=/,
      ),
    })
  })

  test.each<[what: string, listener: RequestListener]>([
    ['a page', (_request, response) => response.end('<h1>hello</h1>')],
    ['other JSON', (_request, response) => response.end('{}')],
    ['an error', (_request, response) => response.writeHead(500).end('{"Project":"/x","Run":"/y"}')],
  ])('something else listens, and answers %s', async (_what, listener) => {
    await expect(ownerOf(await serverThat(listener))).rejects.toThrow(/is no local cloud. npm start/)
  })
})

test('what a killed process has left is removed, and of others nothing', () => {
  // More than any system's largest process id.
  const left = join(tmpdir(), 'ecs-manager-99999999-abcdef')
  const kept = mkdtempSync(join(tmpdir(), `ecs-manager-${process.pid}-`))
  ends.push(() => rmSync(kept, { recursive: true }))
  mkdirSync(left, { recursive: true })
  writeFileSync(join(left, 'run.json'), '{}')
  chmodSync(left, 0o700)
  writeRun(run).remove()
  expect([existsSync(left), existsSync(kept)]).toEqual([false, true])
})
