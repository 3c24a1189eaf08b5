import { settle, type Vefaas } from './action.ts'
import type { Deployment, FunctionRecord } from './resources/records.ts'
import { CallFailure, failureResponse } from './runtime/call-failure.ts'
import { requestEvent } from './runtime/events.ts'
import type { FunctionRequest, FunctionResponse } from './runtime/http.ts'
import { invokeInstance } from './runtime/invoke-instance.ts'

/** Calls a function with a request. Its failures are responses. Rejects if no revision serves. */
export async function invokeWithRequest(
  vefaas: Vefaas,
  id: string,
  request: FunctionRequest,
): Promise<FunctionResponse> {
  const { record, deployment } = servingDeployment(vefaas, id)
  const headers = credentialHeaders(vefaas, deployment)
  return invoke(vefaas, record, deployment, (requestId) => requestEvent(request, requestId, headers))
}

/** The same with an event instead of a request: the function gets it unchanged. It must be JSON. */
export async function invokeWithEvent(vefaas: Vefaas, id: string, event: unknown): Promise<FunctionResponse> {
  const { record, deployment } = servingDeployment(vefaas, id)
  return invoke(vefaas, record, deployment, () => event)
}

function servingDeployment(vefaas: Vefaas, id: string): { record: FunctionRecord; deployment: Deployment } {
  settle(vefaas)
  const record = vefaas.functions.findInAnyRegion(id)
  if (!record) throw new Error(`the function ${id} does not exist`)
  const deployment = deploymentFor(record)
  if (!deployment) throw new Error(`the function ${id} has no revision that serves: release it first`)
  return { record, deployment }
}

/** The deployment that gets the next call, by the weight of the release. */
function deploymentFor(record: FunctionRecord): Deployment | undefined {
  const { stable, canary, weight } = record
  if (!canary || weight === 0) return stable
  if (!stable) return canary
  record.owedWeight += weight
  if (record.owedWeight < 100) return stable
  record.owedWeight -= 100
  return canary
}

async function invoke(
  vefaas: Vefaas,
  record: FunctionRecord,
  { pool }: Deployment,
  eventFor: (requestId: string) => unknown,
): Promise<FunctionResponse> {
  try {
    return await invokeInstance(pool, eventFor)
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error
    vefaas.onLog(record.Name, `${error.code}: ${error.message}`, 'stderr')
    return failureResponse(error)
  }
}

/** The headers that a function with a role gets (veFaaS documentation, "Temporary credentials"). */
function credentialHeaders({ roleCredentials }: Vefaas, { revision }: Deployment): Record<string, string> {
  if (revision.settings.Role === '') return {}
  return {
    'X-Faas-Access-Key-Id': roleCredentials.accessKeyId,
    'X-Faas-Secret-Access-Key': roleCredentials.secretAccessKey,
    'X-Faas-Session-Token': roleCredentials.sessionToken,
  }
}
