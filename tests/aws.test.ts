import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  functionNameOf,
  idOf,
  lambdas,
  lambdaTargetOf,
  listenerRules,
  mayCall,
  onlyResource,
  type Reference,
  resources,
  route,
  runFunctions,
  type Template,
} from '../infra/deploy/aws/testing.ts'
import { type EcsEmulator, startEcs } from '../infra/emulator/ecs/index.ts'
import { albMultiValue, type Pair, type Sent } from './support/events.ts'
import { scheduled, sqs, structured } from './support/messages.ts'
import { ProjectCopy } from './support/project.ts'

// The example of infra/deploy/aws, as far as it can be tried without AWS: the template that the serverless command would hand to
// CloudFormation, and requests that go by its rules to the zips it names. That AWS accepts the template is not shown here.

const LISTENER =
  'arn:aws:elasticloadbalancing:ap-southeast-1:123456789012:listener/app/my/50dc6c495c0c9188/f2f7dc8efc522ab2'
const KEY = 'fake-key-of-the-front-end'
const CANARY = 'canary-of-the-deployer'

/** The secret that the template names. */
const SECRET: Record<string, string> = { access_key: 'AKLOCAL', secret_key: 'local-secret' }

let cloud: EcsEmulator
let project: ProjectCopy
let template: Template
let functions: ReturnType<typeof runFunctions>

beforeAll(async () => {
  cloud = await startEcs()
  project = new ProjectCopy()
  project.edit('config.toml', 'https://open.volcengineapi.com', cloud.url)
  project.edit('config.toml', 'image_id = ""', 'image_id = "image-linux"')
  project.edit('config.toml', 'zone = ""', 'zone = "cn-beijing-a"')
  project.edit('config.toml', 'subnet_id = ""', 'subnet_id = "subnet-a"')
  project.edit('config.toml', 'security_group_ids = []', 'security_group_ids = ["sg-a"]')
  project.edit('config.toml', '[security.keys]', `[security.keys]\nfrontend = "${KEY}"`)
  await serverless('.', 'package')
  await serverless('infra/deploy/aws', 'package', { ALB_LISTENER_ARN: LISTENER })
  template = JSON.parse(readFileSync(join(output(), 'cloudformation-template-update-stack.json'), 'utf8'))
  functions = runFunctions(template, join(project.directory, '.serverless'), SECRET)
})
afterAll(async () => {
  functions.close()
  project.remove()
  await cloud.close()
})

const output = () => join(project.directory, 'infra/deploy/aws/.serverless')

async function serverless(folder: string, command: string, more: Record<string, string> = {}): Promise<void> {
  const keys = { VOLCENGINE_ACCESS_KEY: CANARY, VOLCENGINE_SECRET_KEY: CANARY }
  await promisify(execFile)(
    process.execPath,
    [join(project.directory, 'node_modules/serverless/bin/serverless.js'), command],
    { cwd: join(project.directory, folder), env: { ...project.environment, ...keys, ...more } },
  )
}

const idNamed = (name: string) =>
  [...lambdas(template)].find(([, lambda]) => functionNameOf(lambda) === name)?.[0] ?? `no function ${name}`

type Answer = { statusCode: number; multiValueHeaders: Record<string, string[]>; body: string }

/** A request by way of the load balancer. */
async function request(path: string, { query = [], headers = [], ...rest }: Sent) {
  const id = route(template, path, query)
  if (id === undefined) return { name: 'no rule', status: undefined, body: undefined }
  const event = { ...albMultiValue({ query, headers, ...rest }), path }
  const { statusCode, multiValueHeaders, body } = (await functions.invoke(id, event)) as Answer
  expect(multiValueHeaders['X-Request-ID'], 'where multi-value headers are on, an answer has them').toHaveLength(1)
  return { name: functionNameOf(lambdas(template).get(id)), status: statusCode, body: body && JSON.parse(body) }
}

const BEARER: Pair = ['Authorization', `Bearer ${KEY}`]
const asked = (Action: string, parameters: Record<string, string> = {}): Pair[] =>
  Object.entries({ Action, Version: '2020-04-01', ...parameters })
const call = (action: string, parameters: Record<string, string> = {}) =>
  request('/', { query: asked(action, parameters), headers: [BEARER] })

describe('the template', () => {
  type Route = { action?: string; path?: string }
  type Entry = { timeout?: number; events: { apig?: Route }[] }
  const service = parse(readFileSync(join(import.meta.dirname, '../serverless.yml'), 'utf8'))
  const entries = Object.entries<Entry>(service.functions)

  test('has every function of serverless.yml, with as much time', () => {
    const times = [...lambdas(template).values()].map((lambda) => [functionNameOf(lambda), lambda.Timeout])
    expect(times).toEqual(entries.map(([name, { timeout }]) => [name, timeout ?? service.provider.timeout]))
    expect(times.length).toBeGreaterThan(5)
  })

  test('leads what serverless.yml routes to the same functions', () => {
    const routes = entries.flatMap(([name, { events }]) => events.map(({ apig }) => ({ name, apig })))
    const asRouted = routes.filter(({ apig }) => apig !== undefined)
    const asRuled = asRouted.map(({ apig }) => {
      const id = route(template, apig?.path ?? '/', apig?.action ? asked(apig.action) : [])
      return { name: id && functionNameOf(lambdas(template).get(id)), apig }
    })
    expect(asRuled).toEqual(asRouted)
    expect(listenerRules(template)).toHaveLength(asRouted.length)
    expect(asRouted.length).toBeGreaterThan(5)
  })

  test('has one value in every condition of a rule: more would be alternatives', () => {
    const all = listenerRules(template)
    const conditions = all.flatMap(({ Conditions }) => Conditions)
    const values = conditions.map((one) => ('Values' in one ? one.Values : one.QueryStringConfig.Values))
    expect(values.filter(({ length }) => length !== 1)).toEqual([])
    expect(new Set(all.map(({ Priority }) => Priority)).size).toBe(all.length)
    expect(new Set(all.map(({ ListenerArn }) => ListenerArn))).toEqual(new Set([LISTENER]))
  })

  test('lets the load balancer call each function for its target group, all values of a name included', () => {
    for (const { Actions } of listenerRules(template)) {
      expect(Actions).toHaveLength(1)
      for (const { TargetGroupArn } of Actions) {
        const { id, isMultiValue } = lambdaTargetOf(template, TargetGroupArn)
        expect([id, isMultiValue]).toEqual([id, true])
        expect(mayCall(template, 'elasticloadbalancing.amazonaws.com', idOf(TargetGroupArn), id), id).toBe(true)
      }
    }
  })

  test('calls the clean-up every five minutes, and does not repeat one that failed', () => {
    type Schedule = { ScheduleExpression: string; State: string; Targets: { Arn: Reference }[] }
    const id = idNamed('cleanup-sandboxes')
    const [rule, { ScheduleExpression, State, Targets }] = onlyResource<Schedule>(template, 'AWS::Events::Rule')
    expect([ScheduleExpression, State, Targets.map(({ Arn }) => idOf(Arn))]).toEqual([
      'rate(5 minutes)',
      'ENABLED',
      [id],
    ])
    expect(mayCall(template, 'events.amazonaws.com', rule, id)).toBe(true)
    expect([...resources(template, 'AWS::Lambda::EventInvokeConfig').values()]).toMatchObject([
      { FunctionName: { Ref: id }, MaximumRetryAttempts: 0 },
    ])
  })

  test('hands the messages of a queue to the teardown, which says which of them come again', () => {
    const id = idNamed('teardown-sandboxes')
    const [queue, { VisibilityTimeout }] = onlyResource<{ VisibilityTimeout: number }>(template, 'AWS::SQS::Queue')
    const arn = { 'Fn::GetAtt': [queue, 'Arn'] }
    expect([...resources(template, 'AWS::Lambda::EventSourceMapping').values()]).toMatchObject([
      {
        EventSourceArn: arn,
        FunctionName: { 'Fn::GetAtt': [id, 'Arn'] },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    ])
    // AWS refuses the mapping where a message would come again while the function still works on it.
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(lambdas(template).get(id)?.Timeout ?? Number.NaN)
    const [, role] = onlyResource(template, 'AWS::IAM::Role')
    expect(JSON.stringify(role)).toContain(
      JSON.stringify({
        Effect: 'Allow',
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        Resource: [arn],
      }),
    )
  })

  test('holds no secret, nor does any other file of the deployment', () => {
    const files = readdirSync(output()).map((file) => readFileSync(join(output(), file), 'utf8'))
    expect(files.join()).toContain('{{resolve:secretsmanager:')
    expect(files.join()).not.toContain(CANARY)
    expect(files.join()).not.toContain(KEY)
  })

  test('asks every caller for a key, whatever config.toml says', () => {
    for (const { Environment } of lambdas(template).values()) {
      expect(Environment.Variables.ECS_MANAGER__SECURITY__AUTH).toBe('key')
    }
  })
})

describe('the functions behind its rules', () => {
  test('make, list, open, renew and delete a sandbox', async () => {
    const UserData = 'Pj4+Pz8/w7w=' // whose characters the load balancer hands on percent-encoded
    const created = await call('CreateSandbox', { UserData })
    expect(created).toMatchObject({ name: 'create-sandbox', status: 200 })
    expect(cloud.instances()).toMatchObject([{ UserData }])
    const { SandboxId, ExpireAt } = created.body.Result

    const listed = await call('DescribeSandboxes', { SandboxId })
    expect(listed.name).toBe('describe-sandboxes')
    expect(listed.body.Result).toMatchObject([{ SandboxId, Status: 'RUNNING' }])

    const opened = await call('DescribeSandboxTerminalUrl', { SandboxId })
    expect(opened.name).toBe('describe-sandbox-terminal-url')
    const { Token } = opened.body.Result
    expect(await call('ValidateVncToken', { Token })).toMatchObject({
      name: 'validate-vnc-token',
      body: { host: listed.body.Result[0].PrimaryIp, port: 5905 },
    })

    const renewed = await call('RenewSandbox', { SandboxId, LifetimeSeconds: '60' })
    expect(renewed.name).toBe('renew-sandbox')
    expect(renewed.body.Result.ExpireAt < ExpireAt).toBe(true)

    expect(await call('DeleteSandbox', { SandboxId })).toMatchObject({ name: 'delete-sandbox', status: 200 })
    expect(cloud.instances()).toEqual([])
  })

  test.each<[what: string, query: Pair[], headers: Pair[], name: string, status: number | undefined, code?: string]>([
    ['no key', asked('CreateSandbox'), [], 'create-sandbox', 401, 'MissingAuthenticationToken'],
    [
      'another version',
      [
        ['Action', 'CreateSandbox'],
        ['Version', '2'],
      ],
      [BEARER],
      'create-sandbox',
      404,
    ],
    ['an action in small letters, which the rule takes', asked('createsandbox'), [BEARER], 'create-sandbox', 404],
    [
      'a parameter twice',
      [...asked('CreateSandbox'), ['OsType', 'Linux'], ['OsType', 'Windows']],
      [BEARER],
      'create-sandbox',
      400,
    ],
    ['an action that no rule has', asked('CreateSandboxes'), [BEARER], 'no rule', undefined],
    ['no action', [['Version', '2020-04-01']], [BEARER], 'no rule', undefined],
  ])('%s', async (_what, query, headers, name, status, code) => {
    const calls = cloud.calls.length
    const answer = await request('/', { query, headers })
    expect([answer.name, answer.status]).toEqual([name, status])
    if (code !== undefined) expect(answer.body.ResponseMetadata.Error.Code).toBe(code)
    expect(cloud.calls.slice(calls).filter(({ action }) => action === 'RunInstances')).toEqual([])
  })

  test('OPTIONS does no work', async () => {
    expect(await request('/', { method: 'OPTIONS', query: asked('CreateSandbox') })).toMatchObject({ status: 204 })
    expect(cloud.instances()).toEqual([])
  })

  test('tools for agents reach the function of the Model Context Protocol, which needs a key', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_sandboxes' } })
    const headers: Pair[] = [
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json, text/event-stream'],
    ]
    const sent = { method: 'POST', headers, body }
    expect(await request('/mcp', sent)).toMatchObject({ name: 'mcp', status: 401 })
    expect(await request('/mcp', { ...sent, headers: [...headers, BEARER] })).toMatchObject({
      name: 'mcp',
      status: 200,
      body: { result: { structuredContent: { sandboxes: [] } } },
    })
  })

  test('end a sandbox that an event names, over HTTP and from the queue', async () => {
    const [first, second] = [await call('CreateSandbox'), await call('CreateSandbox')].map(
      ({ body }) => body.Result.SandboxId,
    )
    const event = structured({
      specversion: '1.0',
      id: 'e-1',
      source: '/planner',
      type: 'over',
      data: { SandboxId: first },
    })
    expect(await request('/events', event)).toMatchObject({ name: 'teardown-sandboxes', status: 401 })
    expect(await request('/events', { ...event, headers: [...(event.headers ?? []), BEARER] })).toMatchObject({
      name: 'teardown-sandboxes',
      body: { Result: { Sandboxes: [{ SandboxId: first, Outcome: 'Deleted' }] } },
    })
    expect(cloud.instances()).toHaveLength(1)

    cloud.faults.add({ Kind: 'Error', Action: 'DeleteInstances', Status: 403, Code: 'AccessDenied' })
    const messages = sqs('not for us', { SandboxId: second })
    const id = idNamed('teardown-sandboxes')
    expect(await functions.invoke(id, messages)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-2' }] })
    cloud.faults.clear()
    expect(await functions.invoke(id, messages)).toEqual({ batchItemFailures: [] })
    expect(cloud.instances()).toEqual([])
  })

  test('clean up by the clock', async () => {
    await call('CreateSandbox', { LifetimeSeconds: '1' })
    const id = idNamed('cleanup-sandboxes')
    await expect.poll(() => functions.invoke(id, scheduled()).then(() => cloud.instances())).toEqual([])
  })
})
