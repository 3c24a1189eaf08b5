import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderConfig } from '../config.ts'
import type { CommandContext } from '../context.ts'
import type { Options } from '../osls.ts'
import { artifactFrom, codeThatAnswers, deployService, type FunctionsOf, serviceWith, testClient } from '../testing.ts'

export type CommandOutput = {
  /** The output on stdout. */
  out: () => string
  /** The output on stderr. */
  log: () => string
}

/** The context of a command in a test, and the output of the command. */
export type TestContext = CommandContext & CommandOutput & { deploy: () => Promise<string[]> }

export type TestService = {
  functions: FunctionsOf
  provider?: Partial<ProviderConfig>
  /** The index.js by function. Without it, a function responds with its key. */
  code?: Record<string, string>
}

export function contextFor(endpoint: string, described: TestService, options: Options = {}): TestContext {
  const { functions, provider = {}, code = {} } = described
  const service = serviceWith(functions, provider)
  const client = testClient(endpoint)
  const out: string[] = []
  const lines: string[] = []
  const write = (line = '') => {
    lines.push(line)
  }
  const artifactOf = (key: string) => (code[key] === undefined ? codeThatAnswers(key) : artifactFrom(code[key]))
  return {
    config: {
      service: service.name,
      stage: service.stage,
      region: service.region,
      provider: { name: 'vefaas', runtime: 'node20/v1', region: service.region, ...provider },
      functions: {},
    },
    service,
    client,
    options,
    utils: {
      log: { notice: write, success: write, warning: (line) => write(`Warning: ${line}`), info: () => {} },
      progress: { get: () => ({ notice: () => {}, remove: () => {} }) },
      writeText: (written) => {
        out.push(...[written].flat())
      },
    },
    endpoint,
    pollMs: 50,
    directory: '/nowhere',
    artifactOf,
    out: () => out.join('\n'),
    log: () => lines.join('\n'),
    deploy: () => deployService(client, service, artifactOf),
  }
}

export type TestProject = {
  folder: string
  /** Runs the serverless command in the folder. */
  serverless: (args: string[], options?: CommandOptions) => Promise<CommandResult>
  /** Starts a command that runs until it is stopped. */
  start: (args: string[]) => RunningCommand
  write: (name: string, contents: string | Uint8Array) => void
  remove: () => void
}

export type CommandOptions = { input?: string; env?: Record<string, string> }
export type CommandResult = { code: number | null; out: string; log: string }
export type RunningCommand = CommandOutput & { stop: (signal: NodeJS.Signals) => Promise<CommandResult> }

/** Creates a folder with a serverless.yml and the packages of its functions. */
export function createProject(serverlessYml: string, packages: Record<string, string>): TestProject {
  const folder = mkdtempSync(join(tmpdir(), 'serverless-test-'))
  const write = (name: string, contents: string | Uint8Array) => writeFileSync(join(folder, name), contents)
  write('serverless.yml', serverlessYml)
  // osls loads plugins from the folder of the service, or as packages.
  write('plugin.cjs', `module.exports = require(${JSON.stringify(join(import.meta.dirname, '../index.cjs'))})`)
  for (const [name, code] of Object.entries(packages)) write(name, artifactFrom(code).bytes)
  return {
    folder,
    serverless: (args, options) => spawnServerless(folder, args, options).ended,
    start: (args) => {
      const { child, ended, out, log } = spawnServerless(folder, args)
      const stop = (signal: NodeJS.Signals) => {
        child.kill(signal)
        return ended
      }
      return { out, log, stop }
    },
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function spawnServerless(cwd: string, args: string[], { input, env = {} }: CommandOptions = {}) {
  const program = createRequire(import.meta.url).resolve('serverless/bin/serverless.js')
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [program, ...args], { cwd, env: { PATH, HOME, ...env } })
  child.stdin.end(input)
  let out = ''
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    log += chunk
  })
  const ended = new Promise<CommandResult>((resolve) => {
    child.on('close', (code) => resolve({ code, out, log }))
  })
  return { child, ended, out: () => out, log: () => log }
}
