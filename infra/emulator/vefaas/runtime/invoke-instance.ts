import { randomUUID } from 'node:crypto'
import type { FunctionResponse } from './http.ts'
import type { InstancePool } from './instance-pool.ts'

/** Calls a function with an event that may carry the request id. Rejects with CallFailure when there is no reply. */
export async function invokeInstance(
  pool: InstancePool,
  eventFor: (requestId: string) => unknown,
): Promise<FunctionResponse> {
  const requestId = randomUUID()
  const event = eventFor(requestId)
  const context = { requestId }
  return pool.with(async (instance) => {
    await instance.prepare(context)
    const { reply, durationMs } = await instance.invoke(event, context)
    return {
      status: reply.statusCode,
      headers: { ...withoutDuration(reply.headers), 'X-Faas-Execution-Duration': durationMs.toFixed(2) },
      body: Buffer.from(reply.body, reply.base64 ? 'base64' : 'utf8'),
    }
  })
}

/** The platform's own measure overwrites one a function sets, however it is spelled. */
function withoutDuration(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'x-faas-execution-duration'),
  )
}
