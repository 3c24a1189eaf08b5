import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EcsEmulator, startEcs } from '../emulator/ecs/index.ts'
import { ACCESS_KEY, SECRET_KEY } from './environment.ts'

let ecs: EcsEmulator

beforeAll(async () => {
  ecs = await startEcs({ port: 0, accessKeys: { [ACCESS_KEY]: SECRET_KEY } })
})
afterAll(() => ecs.close())

/** What `npm run invoke` runs, without npm. */
async function invoke(args: string[], { input = '', env = {} as Record<string, string>, port = ecs.port } = {}) {
  const program = ['--import', 'tsx', join(import.meta.dirname, 'invoke.ts')]
  const child = spawn(process.execPath, [...program, ...args, '--ecs-port', String(port)], {
    env: { ...process.env, ...env },
  })
  child.stdin.end(input)
  const code = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}

describe('a function', () => {
  test('of an action takes parameters, answers on stdout and logs on stderr', async () => {
    const { code, stdout, stderr } = await invoke(['create-sandbox', '--data', '{"InstanceName":"by-hand"}'])
    const { statusCode, headers, body } = JSON.parse(stdout)
    expect([code, statusCode]).toEqual([0, 200])
    expect(headers).toMatchObject({ 'X-Request-ID': body.ResponseMetadata.RequestId })
    expect(ecs.instances()).toMatchObject([{ InstanceId: body.Result.SandboxId, InstanceName: 'sandbox-by-hand' }])
    expect(stdout).toMatch(/^\{\n {2}"statusCode": 200,\n/) // for people
    expect(stderr).toContain('CreateSandbox 200')
    expect(stderr).toContain('RunInstances 200')
  })

  test('of an action needs no data', async () => {
    const { code, stdout } = await invoke(['describe-sandboxes'])
    expect([code, JSON.parse(stdout).body.Result]).toEqual([0, expect.any(Array)])
  })

  test('that refuses is shown all the same, and ends with code 1', async () => {
    const { code, stdout, stderr } = await invoke(['delete-sandbox'])
    const { statusCode, body } = JSON.parse(stdout)
    expect([code, statusCode]).toEqual([1, 400])
    expect(body.ResponseMetadata.Error.Code).toBe('MissingParameter.SandboxId')
    expect(stderr).toContain('DeleteSandbox 400')
  })

  test('gets an event as it is, also from stdin', async () => {
    const event = { httpMethod: 'OPTIONS', path: '/', headers: {}, queryStringParameters: {}, body: '' }
    const { code, stdout } = await invoke(['describe-sandboxes', '--data-file', '-'], { input: JSON.stringify(event) })
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ statusCode: 204, body: '' })])
  })

  test('takes its data from a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'invoke-test-'))
    const file = join(directory, 'data.json')
    writeFileSync(file, '{"MaxResults":101}')
    const { code, stdout } = await invoke(['describe-sandboxes', '--data-file', file])
    rmSync(directory, { recursive: true })
    expect([code, JSON.parse(stdout).body.ResponseMetadata.Error.Code]).toEqual([1, 'InvalidParameter.MaxResults'])
  })

  test('needs no key, because who calls it is at this computer', async () => {
    const env = { ECS_MANAGER__SECURITY__AUTH: 'key' }
    expect((await invoke(['describe-sandboxes'], { env })).code).toBe(0)
  })

  test('with --cloud uses the cloud that is configured', async () => {
    const env = {
      VOLCENGINE_ACCESS_KEY: ACCESS_KEY,
      VOLCENGINE_SECRET_KEY: SECRET_KEY,
      ECS_MANAGER__VOLCENGINE__ENDPOINT: ecs.url,
      ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-a',
      ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
      ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-a',
      ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-a"]',
    }
    const { code, stdout } = await invoke(['create-sandbox', '--cloud'], { env, port: 0 })
    const { Result } = JSON.parse(stdout).body
    expect(code).toBe(0)
    expect(ecs.instances().map(({ InstanceId }) => InstanceId)).toContain(Result.SandboxId)
  })
})

describe('one line and code 1 for', () => {
  const refused = async (args: string[], port?: number) => {
    const { code, stdout, stderr } = await invoke(args, port === undefined ? {} : { port })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    return stderr.trimEnd()
  }

  test('a function that does not exist', async () => {
    expect(await refused(['make-sandbox'])).toMatch(/^no function make-sandbox; there are create-sandbox, .*validate/)
  })

  test('no function', async () => {
    expect(await refused([])).toMatch(/^which function\? There are create-sandbox, /)
  })

  test('data that is not JSON', async () => {
    expect(await refused(['describe-sandboxes', '--data', '{\n'])).toMatch(/^--data is not JSON: /)
  })

  test('a file that is not there', async () => {
    const message = '--data-file /nowhere/data.json cannot be read (ENOENT)'
    expect(await refused(['describe-sandboxes', '--data-file', '/nowhere/data.json'])).toBe(message)
  })

  test('a port where nothing listens, or something else', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end())
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const message = `there is no emulated ECS at http://127.0.0.1:${port}: start it with npm start, or say where it is with --ecs-port`
    expect(await refused(['describe-sandboxes'], port)).toBe(message)
    await new Promise((resolve) => other.close(resolve))
    expect(await refused(['describe-sandboxes'], port)).toBe(message)
  })
})

test('--help explains it', async () => {
  const { code, stdout } = await invoke(['--help'])
  expect(code).toBe(0)
  expect(stdout).toContain('npm run invoke -- <function> [options]')
})
