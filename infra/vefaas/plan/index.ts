import type { Artifact } from '../artifact.ts'
import type { Client } from '../cloud/client.ts'
import { type FoundFunction, observeFunction, observeFunctions } from '../observe/functions.ts'
import { type FoundGateway, observeGateways } from '../observe/gateways.ts'
import { inParallel } from '../parallel.ts'
import type { FunctionSpec, ServiceSpec } from '../service.ts'
import { functionStep } from './functions.ts'
import { gatewayFor, gatewayServiceFor, gatewayServiceStep, gatewayStep } from './gateway.ts'
import { bindingStep, consumerStep, findKeyOwner } from './key-auth.ts'
import { leftoverStages } from './leftovers.ts'
import { routeStep } from './routes.ts'
import { Ids, PlanError, type Stage, type Step } from './step.ts'
import { kafkaStep, timerStep } from './triggers.ts'
import { upstreamStep } from './upstreams.ts'

/** What is to be done, one stage after the other, and the ids of what there is. */
export type Plan = { stages: Stage[]; ids: Ids }

/** What there is of a service, and what stands in its way. */
export type ObservedState = { functions: FoundFunction[]; gateways: FoundGateway[] }

/** Reads what there is. @throws CloudError */
export async function observe(client: Client, { mark, functions }: ServiceSpec): Promise<ObservedState> {
  return {
    functions: await observeFunctions(
      client,
      mark,
      functions.map(({ name }) => name),
    ),
    gateways: await observeGateways(client, mark),
  }
}

/**
 * Compares what is to be with what there is. Changes nothing.
 *
 * In the order of the stages nobody unknown gets in: a gateway that is open already is guarded by its key-auth before
 * functions are released, which may rely on it, and a guard that is no longer wanted is taken away last.
 * @throws PlanError with everything that stands in the way; CloudError
 */
export async function planOf(
  client: Client,
  service: ServiceSpec,
  found: ObservedState,
  artifactOf: (key: string) => Artifact,
): Promise<Plan> {
  const { mark, functions, gateway } = service
  const ids = new Ids()
  const problems: string[] = []
  const planned = <Result>(plan: () => Result, otherwise: Result): Result => {
    try {
      return plan()
    } catch (error) {
      if (!(error instanceof PlanError)) throw error
      problems.push(error.message)
      return otherwise
    }
  }
  const each = <Item>(items: readonly Item[], step: (item: Item) => Step): Step[] =>
    items.flatMap((item) => planned<Step | []>(() => step(item), []))

  const functionOf = (name: string) => found.functions.find((one) => one.name === name)
  const ofFunctions = each(functions, (one) => functionStep(mark, one, artifactOf(one.key), functionOf(one.name), ids))
  const routed = functions.filter(({ routes }) => routes.length > 0)

  const own = gateway.isRequired ? planned(() => gatewayFor(service, found.gateways), undefined) : undefined
  const ofGateway = gateway.isRequired ? [gatewayStep(service, own, ids)] : []
  const ownService = planned(() => gatewayServiceFor(service, own), undefined)
  const ofService = gateway.isRequired ? [gatewayServiceStep(service, ownService, ids)] : []
  const consumers = gateway.isRequired ? (gateway.keyAuth?.consumers ?? []) : []
  const owners = await inParallel(own ? consumers : [], ({ key }) => findKeyOwner(client, own?.id ?? '', key))
  const ofConsumers = each([...consumers.entries()], ([at, one]) => consumerStep(mark, one, own, owners[at], ids))
  const keyAuths = gateway.keyAuth && consumers.length > 0 ? [gateway.keyAuth] : []
  const ofBinding = each(keyAuths, (one) => bindingStep(mark, one, own, ids))
  const ofUpstreams = each(routed, (one) => upstreamStep(mark, one, own, ids))
  const ofRoutes = routed.flatMap((one) => each(one.routes, (route) => routeStep(one, route, own, ids)))
  const ofTriggers = functions.flatMap((one) => [
    ...each(one.timers, (timer) => timerStep(mark, one, timer, functionOf(one.name), ids)),
    ...each(one.kafkaTriggers, (kafka) => kafkaStep(mark, one, kafka, functionOf(one.name), ids)),
  ])
  problems.push(...doubledRoutes(functions))
  if (problems.length > 0) throw new PlanError(problems.join('\n'))

  // A gateway that is yet to be made leads nowhere: it and the functions need not wait for each other.
  const begin = own === undefined ? [[...ofGateway, ...ofFunctions]] : [ofGateway]
  const guard = [ofService, ofConsumers, ofBinding]
  const rest = own === undefined ? [] : [ofFunctions]
  const stages = [
    ...begin,
    ...guard,
    ...rest,
    ofUpstreams,
    ofRoutes,
    ofTriggers,
    ...leftoverStages(service, found, ids),
  ]
  return { stages: stages.filter((stage) => stage.length > 0), ids }
}

/** The second route of `hello` is called like the first of `hello-2`. */
function doubledRoutes(functions: FunctionSpec[]): string[] {
  const all = functions.flatMap(({ key, routes }) => routes.map(({ name }) => ({ key, name })))
  return all.flatMap(({ key, name }, at) => {
    const other = all.slice(0, at).find((one) => one.name === name)
    return other ? [`functions ${other.key} and ${key} both have a route called ${name}: give one another key`] : []
  })
}

/** The plan for one function: its code and settings, not what calls it. @throws PlanError, CloudError */
export async function planOfFunction(
  client: Client,
  service: ServiceSpec,
  key: string,
  artifactOf: (key: string) => Artifact,
): Promise<Plan> {
  const { mark, functions } = service
  const ids = new Ids()
  const spec = functions.find((one) => one.key === key)
  if (spec === undefined)
    throw new PlanError(`there is no function ${key}; there are ${functions.map((one) => one.key).join(', ')}`)
  const found = await observeFunction(client, mark, spec.name)
  if (found === undefined)
    throw new PlanError(`function ${spec.name} is not deployed yet: serverless deploy deploys the whole service`)
  if (spec.routes.length > 0) await mustBeGuarded(client, service)
  return { stages: [[functionStep(mark, spec, artifactOf(key), found, ids)]], ids }
}

/**
 * New code may rely on what keeps strangers out: a private network, or key-auth as serverless.yml has it.
 * @throws PlanError when that is not there; CloudError
 */
async function mustBeGuarded(client: Client, service: ServiceSpec): Promise<void> {
  const { mark, gateway } = service
  const { keyAuth, network } = gateway
  if (keyAuth === undefined && network.EnablePublicNetwork) return
  const own = gatewayFor(service, await observeGateways(client, mark))
  const ownService = gatewayServiceFor(service, own)
  if (keyAuth === undefined) return
  const ids = new Ids()
  if (ownService !== undefined) gatewayServiceStep(service, ownService, ids)
  if (bindingStep(mark, keyAuth, own, ids).verb !== 'leave') {
    throw new PlanError(
      'key-auth is not deployed yet as serverless.yml has it: serverless deploy deploys the whole service',
    )
  }
}

/** What is left of a service when nothing of it is wanted. @throws CloudError */
export async function planOfRemoval(client: Client, service: ServiceSpec): Promise<Plan> {
  const nothing: ServiceSpec = { ...service, functions: [], gateway: { ...service.gateway, isRequired: false } }
  const ids = new Ids()
  return {
    stages: leftoverStages(nothing, await observe(client, nothing), ids).filter((stage) => stage.length > 0),
    ids,
  }
}
