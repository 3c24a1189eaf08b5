import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startCloud } from '../infra/emulator/cloud.ts'
import { ProjectCopy, type Run } from './support/project-copy.ts'

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
  local.process.kill('SIGINT')
  await local.ended
  project.remove()
})

/** Runs the serverless command from another terminal, with nothing but the address of the cloud. */
const serverless = (line: string, from = project, environment: Record<string, string> = {}) =>
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
    for (const line of lines) {
      // Each line gets a sandbox of its own, because some of them stop or delete it.
      const { SandboxId } = (await call('CreateSandbox')).body.Result
      const status = async () => (await call('DescribeSandboxes', { SandboxId })).body.Result[0].Status
      await expect.poll(status).toBe('RUNNING')
      const { Token } = (await call('DescribeSandboxTerminalUrl', { SandboxId })).body.Result
      const script = line.replace('curl', "curl -s -o /dev/null -w '%{http_code}'")
      const env = { ...process.env, KEY: key, ID: SandboxId, TOKEN: Token }
      const code = execFileSync('sh', { input: script, env, encoding: 'utf8' })
      expect(`${code} ${line}`).toMatch(/^200 /)
      await call('DeleteSandbox', { SandboxId })
    }
  })

  test('changes nothing from a shell with the same variables', async () => {
    const { text } = await serverless('deploy', project, { ECS_MANAGER__LOG__FORMAT: 'json' })
    expect(text).toContain('nothing has changed')
  })

  test('of a function that has changed is shown, and rolled back', async () => {
    const shown = newLines()
    project.edit('functions/describe-sandboxes/index.ts', "name: 'DescribeSandboxes'", "name: 'RenewSandbox'")
    const { text } = await serverless('deploy')
    expect(text.match(/^ +(created|updated|removed) .*/gm)).toEqual([
      expect.stringMatching(/updated +function +ecs-manager-local-describe-sandboxes +code, release/),
    ])
    expect((await call('DescribeSandboxes')).status).toBe(404)
    await expect.poll(shown).toContain('describe-sandboxes  revision 2 serves')

    const { code, text: said } = await serverless('rollback function -f describe-sandboxes')
    expect([code, said]).toEqual([0, expect.stringContaining('revision 2 -> 1')])
    expect((await call('DescribeSandboxes')).status).toBe(200)
    await expect.poll(shown).toContain('describe-sandboxes  revision 1 serves')
    project.edit('functions/describe-sandboxes/index.ts', "name: 'RenewSandbox'", "name: 'DescribeSandboxes'")
  })

  test('whose code does not start is shown too', async () => {
    const shown = newLines()
    const file = join(project.directory, 'functions/renew-sandbox/index.ts')
    appendFileSync(file, "throw new Error('fake mistake')\n")
    expect((await serverless('deploy')).code).toBe(1)
    await expect.poll(() => shown().join('\n')).toMatch(/^renew-sandbox {2}revision 2 does not start: /m)
    project.edit('functions/renew-sandbox/index.ts', "throw new Error('fake mistake')\n", '')
    expect((await serverless('deploy')).code).toBe(0)
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

describe('another project', () => {
  let other: ProjectCopy
  beforeAll(() => {
    other = new ProjectCopy()
  })
  afterAll(() => other.remove())

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

  test('may look, and is told whose it is', async () => {
    const { code, text } = await serverless('deploy --plan', other)
    expect([code, text]).toEqual([0, expect.stringContaining(`belongs to ${project.directory}`)])
  })

  test('deploys there when it says so, and that is shown', async () => {
    const shown = newLines()
    const { code, text } = await serverless('deploy --other-project', other)
    expect([code, text]).toEqual([0, expect.stringContaining('nothing has changed')])
    await expect.poll(shown).toContain(`deployment  serverless deploy, from ${other.directory}`)
  })
})

test("the same with npm run emulator: it is nobody's, and gets the defaults", async () => {
  const cloud = await startCloud()
  try {
    const environment = { ECS_MANAGER_LOCAL_CLOUD: cloud.url }
    expect((await project.serverless('deploy --stage local', environment)).code).toBe(0)
    expect(cloud.vefaas.functions()).toHaveLength(12)
  } finally {
    await cloud.close()
  }
})

test('where nothing listens, one line says how to start it', async () => {
  const { code, text } = await serverless('deploy', project, { ECS_MANAGER_LOCAL_CLOUD: 'http://127.0.0.1:1' })
  expect(code).toBe(1)
  expect(text).toMatch(
    /^There is no local cloud at http:\/\/127\.0\.0\.1:1\. Start one with npm start or npm run emulator/m,
  )
})
