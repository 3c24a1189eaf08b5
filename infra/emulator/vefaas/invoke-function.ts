import type { Vefaas } from './action.ts'
import type { Deployment, FunctionRecord } from './resources/records.ts'
import { CallFailure, failureResponse } from './runtime/call-failure.ts'
import { requestEvent } from './runtime/events.ts'
import type { FunctionRequest, FunctionResponse } from './runtime/http.ts'
import { invokeInstance } from './runtime/invoke-instance.ts'

/** Calls a function with a request. Whatever goes wrong in it is a response; rejects when nothing of it serves. */
export async function invokeWithRequest(
  vefaas: Vefaas,
  id: string,
  request: FunctionRequest,
): Promise<FunctionResponse> {
  const { record, deployment } = serving(vefaas, id)
  const headers = credentialHeaders(vefaas, deployment)
  return run(vefaas, record, deployment, (requestId) => requestEvent(request, requestId, headers))
}

/** The same with any event instead of a request: it has to be JSON, and the function gets it as it is. */
export async function invokeWithEvent(vefaas: Vefaas, id: string, event: unknown): Promise<FunctionResponse> {
  const { record, deployment } = serving(vefaas, id)
  return run(vefaas, record, deployment, () => event)
}

function serving(vefaas: Vefaas, id: string): { record: FunctionRecord; deployment: Deployment } {
  vefaas.functions.settle()
  const record = vefaas.functions.find(id)
  if (!record) throw new Error(`there is no function ${id}`)
  const deployment = deploymentFor(record)
  if (!deployment) throw new Error(`no revision of the function ${id} serves: release it first`)
  return { record, deployment }
}

/** Who takes the next call, by the weight of the release. */
function deploymentFor(record: FunctionRecord): Deployment | undefined {
  const { stable, next, weight } = record
  if (!next || weight === 0) return stable
  if (!stable) return next
  record.owed += weight
  if (record.owed < 100) return stable
  record.owed -= 100
  return next
}

async function run(
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

/** What a function with a role finds in its requests (veFaaS documentation, "Temporary credentials"). */
function credentialHeaders({ roleCredentials }: Vefaas, { revision }: Deployment): Record<string, string> {
  if (revision.settings.Role === '') return {}
  return {
    'X-Faas-Access-Key-Id': roleCredentials.accessKeyId,
    'X-Faas-Secret-Access-Key': roleCredentials.secretAccessKey,
    'X-Faas-Session-Token': roleCredentials.sessionToken,
  }
}
