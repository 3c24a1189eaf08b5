import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { build } from '../build.ts'
import type { HttpResponse } from '../emulator/vefaas/runtime/http.ts'
import { startRuntime } from '../emulator/vefaas/runtime/index.ts'
import { readService, type Service, type ServiceFunction } from '../service.ts'
import { configure, project } from './configure.ts'
import { settingsOf } from './environment.ts'
import { LocalError } from './error.ts'
import { help, type InvokeArguments, readInvokeArguments } from './invoke-arguments.ts'
import { runProgram } from './program.ts'
import { requestFor } from './request.ts'

await runProgram(invoke)

async function invoke(): Promise<void> {
  // 1. What is wanted?
  const wanted = readInvokeArguments(process.argv.slice(2))
  if (wanted.help) {
    console.log(help)
    return
  }
  const service = readService(join(project, 'serverless.yml'))
  const called = functionOf(service, wanted)
  const data = await dataOf(wanted)

  // 2. Is all there that it needs?
  const { cloud, ecsPort } = wanted
  const { deploymentOf } = configure({ cloud, auth: 'gateway', settings: settingsOf(process.env, cloud) }, service)
  const ecsUrl = `http://127.0.0.1:${ecsPort}`
  if (!cloud) await findEcs(ecsUrl)

  // 3. Bundle the functions; alone, one would leave the others out of dist/.
  await build()

  // 4. Call it. A signal has to find somebody who takes the temporary files away.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))
  const vefaas = startRuntime({ onLog: (_name, line) => console.error(line) })
  vefaas.deploy(deploymentOf(called, ecsUrl))
  const request = requestFor(called, data)
  const response = request ? await vefaas.invoke(called.name, request) : await vefaas.invokeEvent(called.name, data)
  vefaas.close()

  // 5. Show what it answered.
  console.log(JSON.stringify(answerOf(response), undefined, 2))
  process.exitCode = response.status >= 400 ? 1 : 0 // no process.exit(): log lines may still be on their way
}

function functionOf({ functions }: Service, { functionName }: InvokeArguments): ServiceFunction {
  const found = functions.find(({ name }) => name === functionName)
  if (found) return found
  const names = functions.map(({ name }) => name).join(', ')
  throw new LocalError(
    functionName === undefined
      ? `which function? There are ${names}`
      : `no function ${functionName}; there are ${names}`,
  )
}

async function dataOf({ data, dataFile }: InvokeArguments): Promise<unknown> {
  const source = dataFile === undefined ? '--data' : `--data-file ${dataFile}`
  const json = dataFile === undefined ? (data ?? '{}') : dataFile === '-' ? await text(process.stdin) : read(dataFile)
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new LocalError(`${source} is not JSON: ${(cause as Error).message.replaceAll('\n', ' ')}`, { cause })
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new LocalError(`--data-file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
}

async function findEcs(url: string): Promise<void> {
  const answer = await fetch(`${url}/_emulator/faults`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  await answer?.body?.cancel()
  if (answer?.ok) return
  throw new LocalError(
    `there is no emulated ECS at ${url}: start it with npm start, or say where it is with --ecs-port`,
  )
}

/** What the caller of the function gets, with its body parsed where it is JSON. */
function answerOf({ status, headers, body }: HttpResponse): object {
  const written = body.toString()
  try {
    return { statusCode: status, headers, body: JSON.parse(written) }
  } catch {
    return { statusCode: status, headers, body: written }
  }
}
