import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { unzipSync } from 'fflate'

/** The part of a CloudFormation template that the tests read. */
export type Template = { Resources: Record<string, { Type: string; Properties: unknown }> }

export type Reference = { Ref: string } | { 'Fn::GetAtt': [id: string, attribute: string] }

/** AWS::Lambda::Function */
export type Lambda = {
  Handler: string
  /** Seconds. */
  Timeout: number
  Code: { S3Key: string }
  Environment: { Variables: Record<string, string> }
}

/** AWS::ElasticLoadBalancingV2::ListenerRule */
export type ListenerRule = {
  Priority: number
  ListenerArn: string
  Conditions: Condition[]
  Actions: { TargetGroupArn: Reference }[]
}

export type Condition =
  | { Field: 'path-pattern'; Values: string[] }
  | { Field: 'query-string'; QueryStringConfig: { Values: { Key: string; Value: string }[] } }

type Query = readonly (readonly [name: string, value: string])[]

/** The resources of a type, by their id. */
export function resources<Properties>({ Resources }: Template, type: string): Map<string, Properties> {
  const found = Object.entries(Resources).filter(([, { Type }]) => Type === type)
  return new Map(found.map(([id, { Properties }]) => [id, Properties as Properties]))
}

/** The only resource of a type. Throws if there is none, or more than one. */
export function onlyResource<Properties>(template: Template, type: string): [id: string, Properties] {
  const [found, ...others] = resources<Properties>(template, type)
  if (found === undefined || others.length > 0) throw new Error(`the template does not have exactly one ${type}`)
  return found
}

/** The id of the resource that a reference points to. */
export function idOf(reference: Reference): string {
  return 'Ref' in reference ? reference.Ref : reference['Fn::GetAtt'][0]
}

/** The functions, by their id. */
export const lambdas = (template: Template) => resources<Lambda>(template, 'AWS::Lambda::Function')

/** The rules of the load balancer, in the order of their evaluation. */
export function listenerRules(template: Template): ListenerRule[] {
  const found = [...resources<ListenerRule>(template, 'AWS::ElasticLoadBalancingV2::ListenerRule').values()]
  return found.sort((one, other) => one.Priority - other.Priority)
}

/** The name of a function in serverless.yml, which is the name of its zip. */
export const functionNameOf = (lambda: Lambda | undefined) => lambda && basename(lambda.Code.S3Key, '.zip')

/**
 * The id of the function that the load balancer forwards a request to; undefined if no rule matches. Source: "Condition
 * types for listener rules" in the documentation of AWS.
 */
export function route(template: Template, path: string, query: Query): string | undefined {
  const rule = listenerRules(template).find(({ Conditions }) =>
    Conditions.every((condition) => matches(condition, path, query)),
  )
  return rule?.Actions[0] && lambdaTargetOf(template, rule.Actions[0].TargetGroupArn).id
}

/** One value of a condition must match. A path is case-sensitive, a query is not. */
function matches(condition: Condition, path: string, query: Query): boolean {
  if (condition.Field === 'path-pattern') return condition.Values.some((pattern) => matchesPattern(pattern, path, ''))
  return condition.QueryStringConfig.Values.some(({ Key, Value }) =>
    query.some(([name, value]) => matchesPattern(Key, name, 'i') && matchesPattern(Value, value, 'i')),
  )
}

/** `*` matches any text, `?` any character. */
function matchesPattern(pattern: string, text: string, flags: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags).test(text)
}

/** The function of a target group, and whether it gets all values of a repeated name. Throws if there is not exactly one. */
export function lambdaTargetOf(template: Template, group: Reference): { id: string; isMultiValue: boolean } {
  type Group = { Targets: { Id: Reference }[]; TargetGroupAttributes: { Key: string; Value: unknown }[] }
  const found = resources<Group>(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').get(idOf(group))
  const [target, ...others] = found?.Targets ?? []
  if (target === undefined || others.length > 0)
    throw new Error(`${idOf(group)} is not a target group of exactly one function`)
  const multiValue = found?.TargetGroupAttributes.find(({ Key }) => Key === 'lambda.multi_value_headers.enabled')
  return { id: idOf(target.Id), isMultiValue: String(multiValue?.Value) === 'true' }
}

/** Whether a service has the permission to call the function for this resource: a target group or a rule. */
export function mayCall(template: Template, principal: string, source: string, id: string): boolean {
  type Permission = { Action: string; Principal: string; FunctionName: Reference; SourceArn?: Reference }
  return [...resources<Permission>(template, 'AWS::Lambda::Permission').values()].some(
    ({ Action, Principal, FunctionName, SourceArn }) =>
      Action === 'lambda:InvokeFunction' &&
      Principal === principal &&
      idOf(FunctionName) === id &&
      SourceArn !== undefined &&
      idOf(SourceArn) === source,
  )
}

// A minimal Lambda runtime.
const RUNTIME = `
  const [file, name] = process.env._HANDLER.split('.')
  const handler = require(process.env.LAMBDA_TASK_ROOT + '/' + file)[name]
  process.on('message', async ([event, awsRequestId, endsAt]) => {
    const context = { awsRequestId, getRemainingTimeInMillis: () => endsAt - Date.now() }
    const failed = (error) => ({ error: String(error) })
    process.send(await handler(event, context).then((result) => ({ result }), failed))
  })`

/**
 * Runs the functions of a template, each in its own process with only the variables of the template, in a folder with only
 * the files of its zip.
 * @param zips    the folder of the zips
 * @param secret  the content of the secret that the variables refer to
 */
export function runFunctions(template: Template, zips: string, secret: Record<string, string>) {
  const tasks = mkdtempSync(join(tmpdir(), 'aws-functions-'))
  const running = new Map<string, ReturnType<typeof start>>()
  let invocations = 0

  function start(id: string, { Handler, Code, Environment }: Lambda) {
    const folder = join(tasks, id)
    mkdirSync(folder)
    const files = unzipSync(readFileSync(join(zips, basename(Code.S3Key))))
    for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, file), bytes)
    const variables = Object.entries(Environment.Variables).map(([name, value]) => [name, resolveSecret(value, secret)])
    const child = spawn(process.execPath, ['-e', RUNTIME], {
      cwd: folder,
      env: { LAMBDA_TASK_ROOT: folder, _HANDLER: Handler, ...Object.fromEntries(variables) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const exited = once(child, 'exit').then(() => [{ result: undefined, error: `${id} has exited` }])
    return { child, exited }
  }

  return {
    /** Calls a function with an event. Throws its error. One call at a time. */
    invoke: async (id: string, event: unknown): Promise<unknown> => {
      const lambda = lambdas(template).get(id)
      if (lambda === undefined) throw new Error(`the template has no function ${id}`)
      const instance = running.get(id) ?? start(id, lambda)
      running.set(id, instance)
      instance.child.send([event, `aws-${++invocations}`, Date.now() + lambda.Timeout * 1_000])
      const [{ result, error }] = await Promise.race([once(instance.child, 'message'), instance.exited])
      if (error !== undefined) throw new Error(error)
      return result
    },
    close: () => {
      for (const { child } of running.values()) child.kill('SIGKILL')
      rmSync(tasks, { recursive: true })
    },
  }
}

/** Resolves the references to the secret in a value, as CloudFormation does. */
function resolveSecret(value: string, secret: Record<string, string>): string {
  const reference = /\{\{resolve:secretsmanager:ecs-manager\/volcengine:SecretString:(\w+)\}\}/g
  return value.replace(reference, (_, key) => secret[key] ?? `no ${key} in the secret`)
}
