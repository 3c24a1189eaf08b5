import { addressOf } from '../address.ts'
import type { CommandContext } from '../context.ts'
import type { FunctionSpec, KeyMatch, RouteSpec, ServiceSpec } from '../service.ts'
import { CommandError } from './command-error.ts'
import { functionOf, stageOption } from './function-of.ts'
import { indented, inputOf, optionValues } from './input.ts'
import { routeAddress } from './route-address.ts'

/** The time for the network, beyond the timeout of the route. */
const MARGIN_MS = 5_000

/**
 * `serverless invoke -f <function>`: calls it through its route at the gateway, because the API of veFaaS has no action
 * for that. The method is GET, or POST with data. The response goes to stdout. The exit code is 1 for a status of 400
 * or more.
 */
export async function invoke(context: CommandContext): Promise<void> {
  const { options, utils, service } = context
  const spec = functionOf(context)
  const route = routeOf(spec)
  const data = await inputOf(options)
  const QueryString = [...exact(route.MatchRule.QueryString), ...queryOf(options.query)]
  const address = await addressOf(context.client, service)
  if (address === undefined) {
    throw new CommandError(`Nothing is deployed in ${service.region}: run serverless deploy${stageOption(context)}`)
  }

  const method = methodFor(route, data !== undefined)
  const url = routeAddress(address, { ...route.MatchRule, QueryString })
  const started = performance.now()
  const response = await fetch(url, {
    method,
    headers: { ...headersOf(route), ...contentType(data), ...keyHeader(service) },
    redirect: 'manual',
    signal: AbortSignal.timeout(route.AdvancedSetting.TimeoutSetting.Timeout * 1_000 + MARGIN_MS),
    ...(data !== undefined && { body: typeof data === 'string' ? data : JSON.stringify(data) }),
  }).catch((error: Error & { cause?: { code?: string } }) => {
    throw new CommandError(
      `${method} ${url}: no response (${error.cause?.code ?? error.name})${describeUnreachable(service)}`,
    )
  })
  const body = await response.text()
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  utils.log.notice(`${method} ${url}: ${response.status} ${response.statusText} (${seconds} s)`)
  if (body !== '') utils.writeText(indented(body))
  if (response.status >= 400) process.exitCode = 1
  if (response.status === 401) utils.log.notice(describeKey(service))
}

function routeOf({ key, name, routes }: FunctionSpec): RouteSpec {
  if (routes.length === 0) {
    throw new CommandError(
      `Function ${name} has no route, and veFaaS has no action that calls it: run it on this computer with serverless invoke local -f ${key}`,
    )
  }
  const route = routes.find(({ MatchRule }) => MatchRule.Path.MatchType !== 'Regex')
  if (route) return route
  throw new CommandError(
    `The path of function ${name} is a regular expression: call it with curl and a path that matches`,
  )
}

function exact(matches: KeyMatch[] = []): KeyMatch[] {
  return matches.filter(({ Value }) => Value.MatchType !== 'Regex')
}

function headersOf({ MatchRule }: RouteSpec): Record<string, string> {
  return Object.fromEntries(exact(MatchRule.Header).map(({ Key, Value }) => [Key, Value.MatchContent]))
}

/** Converts the values of `--query <key>=<value>`. */
function queryOf(given: unknown): KeyMatch[] {
  return optionValues(given).map((value) => {
    const pair = String(value)
    const separator = pair.indexOf('=')
    if (separator < 1) throw new CommandError(`--query ${pair} must be <key>=<value>`)
    const MatchContent = pair.slice(separator + 1)
    return { Key: pair.slice(0, separator), Value: { MatchType: 'Exact', MatchContent } }
  })
}

function methodFor({ MatchRule: { Method } }: RouteSpec, hasData: boolean): string {
  const preferred = hasData ? ['POST', 'PUT', 'PATCH'] : ['GET']
  const allowed = Method ?? preferred
  return preferred.find((method) => allowed.includes(method)) ?? allowed[0] ?? 'GET'
}

function contentType(data: unknown): Record<string, string> {
  if (data === undefined) return {}
  return { 'Content-Type': typeof data === 'string' ? 'text/plain; charset=utf-8' : 'application/json' }
}

function keyHeader({ gateway: { keyAuth } }: ServiceSpec): Record<string, string> {
  const key = process.env.VEFAAS_INVOKE_KEY || keyAuth?.consumers[0]?.key
  return key ? { [keyAuth?.header ?? 'Authorization']: key } : {}
}

function describeKey({ gateway: { keyAuth } }: ServiceSpec): string {
  if (process.env.VEFAAS_INVOKE_KEY) return 'The key in VEFAAS_INVOKE_KEY was not accepted.'
  return keyAuth
    ? 'The key of the first consumer in serverless.yml was not accepted: is it deployed?'
    : 'The function requires a key: set VEFAAS_INVOKE_KEY, which is sent in the header Authorization.'
}

function describeUnreachable({ gateway: { network } }: ServiceSpec): string {
  return network.EnablePublicNetwork ? '' : ': the gateway can be reached only from its VPC (provider.gateway.network)'
}
