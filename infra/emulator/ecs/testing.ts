import { Signer } from '@volcengine/openapi'
import { type Reply, type CallOptions as SigningOptions, send } from '../gateway/testing.ts'
import type { describeInstance } from './instance.ts'

/** The fields of the results of all actions: a test knows which of them its action returns. */
interface Result {
  InstanceIds: string[]
  Instances: ReturnType<typeof describeInstance>[]
  TagResources: { ResourceId: string; ResourceType: string; TagKey: string; TagValue: string }[]
  OperationDetails: { InstanceId: string; Error?: { Code: string; Message: string } }[]
  NextToken: string
  TotalCount: number
  RequestId: string
  EcsTerminalUrl: string
  VncUrl: string
}

interface CallOptions extends Omit<SigningOptions, 'version'> {
  method?: 'GET' | 'POST'
  service?: string
  sessionToken?: string
  date?: Date
}

export type Params = Readonly<Record<string, string | number | boolean>>

/** A client of the API at `url` for tests: the official signature over plain `fetch`, without retries. */
export function caller(url: string) {
  return function call(Action: string, params: Params = {}, options: CallOptions = {}): Promise<Reply<Result>> {
    const request = signedRequest(url, { Action, Version: '2020-04-01', ...params }, options)
    return send(request.url, request.init)
  }
}

/** A request as `@volcengine/openapi` signs it. */
export function signedRequest(url: string, params: Params, options: CallOptions = {}) {
  const { method = 'GET', region = 'cn-beijing', accessKeyId = 'AKLOCAL', secretKey = 'local-secret' } = options
  const { sessionToken, date, service = 'ecs' } = options
  const form = new URLSearchParams(Object.entries(params).map(([name, value]): [string, string] => [name, `${value}`]))
  const headers: Record<string, string> = {}
  const request = method === 'GET' ? { params } : { params: {}, body: form }
  const signer = new Signer({ method, region, headers, ...request }, service)
  signer.addAuthorization({ accessKeyId, secretKey, ...(sessionToken ? { sessionToken } : {}) }, date)
  if (method === 'POST') headers['content-type'] = 'application/x-www-form-urlencoded'
  const query = method === 'GET' ? `?${form}` : ''
  return { url: `${url}/${query}`, init: { method, headers, ...(method === 'POST' ? { body: form.toString() } : {}) } }
}

/** Valid parameters for RunInstances. */
export const runParams = {
  ZoneId: 'cn-beijing-a',
  ImageId: 'image-ubuntu2204',
  InstanceName: 'sandbox-test',
  InstanceTypeId: 'ecs.g3i.large',
  'NetworkInterfaces.1.SubnetId': 'subnet-local',
  'NetworkInterfaces.1.SecurityGroupIds.1': 'sg-local',
  Password: 'Local-Secret-1',
}
