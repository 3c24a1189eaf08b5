import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CallFailure, failureResponse } from './call-failure.ts'
import { requestEvent } from './events.ts'
import type { FunctionRequest } from './http.ts'
import { InstancePool, type InstancePoolOptions } from './instance-pool.ts'
import { invokeInstance } from './invoke-instance.ts'
import { createTemporaryFolder } from './temporary-folder.ts'

export interface OutputLine {
  line: string
  stream: 'stdout' | 'stderr'
}

/** Runs functions without the API, so with settings that it does not accept, such as fractions of a second. */
export function runtimeForTests() {
  const folder = createTemporaryFolder()
  const pools: InstancePool[] = []

  /** Creates the pool of a function with this index.js, and what calls it. Nothing starts before the first call. */
  function functionOf(code: string, options: Partial<InstancePoolOptions> = {}) {
    const codeDirectory = folder.createSubfolder('code')
    const write = (text: string) => writeFileSync(join(codeDirectory, 'index.js'), text)
    write(code)
    const lines: OutputLine[] = []
    const pool = new InstancePool({
      program: folder.program,
      codeDirectory,
      environment: {},
      createName: () => 'some-instance',
      memoryMb: 512,
      timeoutSeconds: 30,
      initializerSeconds: 30,
      maxConcurrency: 100,
      maxInstances: 2,
      onLine: (line, stream) => lines.push({ line, stream }),
      ...options,
    })
    pools.push(pool)
    /** Calls the function and returns the response that its caller gets. */
    const ask = async (path = '/') => {
      const request: FunctionRequest = { method: 'GET', path, query: '', headers: [], body: Buffer.alloc(0) }
      const response = await invokeInstance(pool, (requestId) => requestEvent(request, requestId)).catch(
        (error: unknown) => {
          if (error instanceof CallFailure) return failureResponse(error)
          throw error
        },
      )
      return {
        ...response,
        text: response.body.toString(),
        failure: response.headers['X-Faas-Response-Error-Code'],
      }
    }
    return { ask, pool, lines, write, codeDirectory }
  }

  /** A function that responds with an expression of `event` and `context`, as JSON. */
  const answering = (expression: string, options?: Partial<InstancePoolOptions>) =>
    functionOf(`exports.handler = async (event, context) => ({ body: JSON.stringify(${expression}) })`, options)

  const close = () => {
    for (const pool of pools) pool.close()
    folder.close()
  }
  return { functionOf, answering, close }
}
