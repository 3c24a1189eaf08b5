import { execFile } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startCloud } from '../infra/emulator/cloud.ts'
import { Project, ProjectCopy, type Run } from './support/project.ts'

// Deployments by the serverless command, from another terminal, into the cloud of a running npm start.

const SECRET = 'fake-Secret-of-the-shell-1'

let project: ProjectCopy
let local: Run
let url = ''
let cloudUrl = ''
let key = ''

beforeAll(async () => {
  project = new ProjectCopy()
  // What a deployment cannot know by itself: ports, a flag, keys that were made, and variables of the shell.
  local = project.node(
    [
      '--import',
      'tsx',
      'infra/local/index.ts',
      '--port',
      '0',
      '--ecs-port',
      '0',
      '--boot-seconds',
      '0',
      '--auth',
      'key',
    ],
    { ECS_MANAGER__INSTANCE__PASSWORD: SECRET, ECS_MANAGER__LOG__FORMAT: 'json' },
  )
  await vi.waitUntil(() => /^ready .*\n/m.test(local.output()), { timeout: 170_000 })
  url = /^ready (.*)$/m.exec(local.output())?.[1] ?? ''
  cloudUrl = /emulated cloud +(\S+)/.exec(local.output())?.[1] ?? ''
  key = /^ *KEY=(\S+)$/m.exec(local.output())?.[1] ?? ''
})
afterAll(async () => {
  local.process.kill('SIGTERM')
  const code = await local.ended
  project.remove()
  expect(code).toBe(0)
})

/** Runs the serverless command from another terminal, with nothing but the address of the cloud. */
const serverless = (line: string, from: Project = project, environment: Record<string, string> = {}) =>
  from.serverless(`${line} --stage local`, { ECS_MANAGER_LOCAL_CLOUD: cloudUrl, ...environment })

async function call(action: string, parameters: Record<string, string> = {}) {
  const query = new URLSearchParams({ Action: action, Version: '2020-04-01', ...parameters })
  const response = await fetch(`${url}/?${query}`, { headers: { 'X-API-Key': key } })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

/** The calls so far that were not only to look. */
async function changes(): Promise<string[]> {
  const logs = ['vefaas', 'apig'].map(async (service) => {
    const response = await fetch(`${cloudUrl}/_emulator/${service}/calls`)
    const { Calls } = JSON.parse(await response.text()) as { Calls: { action: string }[] }
    return Calls.map(({ action }) => action).filter((action) => !/^(Get|List|Check)/.test(action))
  })
  return (await Promise.all(logs)).flat()
}

/** What the terminal of npm start shows from now on. */
function newLines(): () => string[] {
  const before = local.output().length
  return () => local.output().slice(before).split('\n')
}

describe('another project', () => {
  const other = new Project()

  // infra/deploy/guard/plugin.test.ts has the other commands.
  test('may not deploy there', async () => {
    const before = await changes()
    const shown = newLines()
    const { code, text } = await serverless('deploy', other)
    expect(code).toBe(1)
    expect(text).toContain(`belongs to ${project.directory}, not to this project. Nothing was changed`)
    expect(text).toContain('--other-project')
    expect(await changes()).toEqual(before)
    expect(shown().join('')).not.toContain('deployment')
  })

  test('deploys there when it says so, and that is shown', async () => {
    const shown = newLines()
    // A variable of the shell with the same value as in that of npm start changes nothing either.
    const { code, text } = await serverless('deploy --other-project', other, { ECS_MANAGER__LOG__FORMAT: 'json' })
    expect([code, text]).toEqual([0, expect.stringContaining('nothing has changed')])
    await expect.poll(shown).toContain(`deployment  serverless deploy, from ${other.directory}`)
  })
})

describe('a deployment into the cloud of npm start', () => {
  test('changes nothing, and desktops keep their address', async () => {
    const before = await changes()
    const shown = newLines()
    const { code, text } = await serverless('deploy')
    expect([code, text]).toEqual([0, expect.stringContaining('nothing has changed')])
    expect(await changes()).toEqual(before)
    await expect.poll(shown).toContain('deployment  serverless deploy, from this project')

    const { SandboxId } = (await call('CreateSandbox')).body.Result
    await expect.poll(async () => (await call('DescribeSandboxes')).body.Result[0].Status).toBe('RUNNING')
    const { Token, Url } = (await call('DescribeSandboxTerminalUrl', { SandboxId })).body.Result
    expect(Url).toBe(`${url}/console#token=${Token}`)
    await call('DeleteSandbox', { SandboxId })
  })

  test('prints a curl line for each route, which works when it is pasted', async () => {
    const { text } = await serverless('info')
    const lines = text.match(/^ {2}curl .*/gm) ?? []
    expect(lines).toHaveLength(11)
    // Each line gets a sandbox of its own, because some of them stop or delete it.
    const codes = await Promise.all(
      lines.map(async (line) => {
        const { SandboxId } = (await call('CreateSandbox')).body.Result
        const status = async () => (await call('DescribeSandboxes', { SandboxId })).body.Result[0].Status
        await expect.poll(status).toBe('RUNNING')
        const { Token } = (await call('DescribeSandboxTerminalUrl', { SandboxId })).body.Result
        const script = line.replace('curl', "curl -s -o /dev/null -w '%{http_code}'")
        const env = { ...process.env, KEY: key, ID: SandboxId, TOKEN: Token }
        const { stdout } = await promisify(execFile)('sh', ['-c', script], { env })
        await call('DeleteSandbox', { SandboxId })
        return `${stdout} ${line}`
      }),
    )
    expect(codes).toEqual(lines.map((line) => `200 ${line}`))
  })

  test('of a function that has changed, or does not start, is shown; the first is rolled back', async () => {
    const shown = newLines()
    project.edit('functions/describe-sandboxes/index.ts', "name: 'DescribeSandboxes'", "name: 'RenewSandbox'")
    const broken = join(project.directory, 'functions/renew-sandbox/index.ts')
    appendFileSync(broken, "throw new Error('fake mistake')\n")
    const { code, text } = await serverless('deploy')
    expect(code).toBe(1)
    expect(text.match(/^ +(created|updated|removed) .*/gm)).toEqual([
      expect.stringMatching(/updated +function +ecs-manager-local-describe-sandboxes +code, release/),
    ])
    expect((await call('DescribeSandboxes')).status).toBe(404)
    await expect.poll(shown).toContain('describe-sandboxes  revision 2 serves')
    await expect.poll(() => shown().join('\n')).toMatch(/^renew-sandbox {2}revision 2 does not start: /m)

    const rolledBack = await serverless('rollback function -f describe-sandboxes')
    expect([rolledBack.code, rolledBack.text]).toEqual([0, expect.stringContaining('revision 2 -> 1')])
    expect((await call('DescribeSandboxes')).status).toBe(200)
    await expect.poll(shown).toContain('describe-sandboxes  revision 1 serves')
  })

  test('and its address tells nobody a setting of its shell', async () => {
    const paths = ['owner', 'commands', '../local/owner', '../vefaas/functions', '../vefaas/calls', '../instances']
    const texts = await Promise.all(
      paths.map(async (path) => (await fetch(`${cloudUrl}/_emulator/local/${path}`)).text()),
    )
    expect(texts[0]).toContain(project.directory)
    expect(texts.join('\n')).not.toContain(SECRET)
    expect(texts.join('\n')).not.toContain(key)
  })
})

test("with npm run emulator, which is nobody's, --plan says what it would create, and creates nothing", async () => {
  const cloud = await startCloud()
  try {
    const environment = { ECS_MANAGER_LOCAL_CLOUD: cloud.url }
    const { code, text } = await project.serverless('deploy --plan --stage local', environment)
    expect(code).toBe(0)
    expect(text.match(/^ +create +function +ecs-manager-local-/gm)).toHaveLength(12)
    expect(text).toMatch(/^ +create +timer +cleanup-sandboxes /m)
    expect(cloud.vefaas.functions()).toEqual([])
    expect(cloud.apig.gateways()).toEqual([])
  } finally {
    await cloud.close()
  }
})
