import { randomUUID } from 'node:crypto'
import type { FunctionResponse } from './http.ts'
import type { InstancePool } from './instance-pool.ts'

/** Calls a function. Its event may contain the request id. Rejects with a CallFailure if there is no result. */
export async function invokeInstance(
  pool: InstancePool,
  eventFor: (requestId: string) => unknown,
): Promise<FunctionResponse> {
  const requestId = randomUUID()
  const event = eventFor(requestId)
  const context = { requestId }
  return pool.withInstance(async (instance) => {
    await instance.prepare(context)
    const { result, durationMs } = await instance.invoke(event, context)
    return {
      status: result.statusCode,
      headers: { ...withoutDuration(result.headers), 'X-Faas-Execution-Duration': durationMs.toFixed(2) },
      body: Buffer.from(result.body, result.base64 ? 'base64' : 'utf8'),
    }
  })
}

/** Removes this header of the function in any case, because the platform sets its own. */
function withoutDuration(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'x-faas-execution-duration'),
  )
}
