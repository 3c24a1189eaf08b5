import type { Artifact } from '../artifact.ts'
import type { Client } from '../cloud/client.ts'
import { type FoundFunction, observeFunction, observeFunctions } from '../observe/functions.ts'
import { type FoundGateway, observeGateways } from '../observe/gateways.ts'
import { inParallel } from '../parallel.ts'
import type { FunctionSpec, ServiceSpec } from '../service.ts'
import { functionStep } from './functions.ts'
import { GATEWAY_SERVICE, gatewayFor, gatewayServiceFor, gatewayServiceStep, gatewayStep } from './gateway.ts'
import { bindingStep, consumerStep, findKeyOwner } from './key-auth.ts'
import { leftoverStages } from './leftovers.ts'
import { ProblemCollector } from './problem-collector.ts'
import { routeStep } from './routes.ts'
import { Ids, PlanError, type Stage } from './step.ts'
import { kafkaStep, timerStep } from './triggers.ts'
import { upstreamStep } from './upstreams.ts'

/** The stages, to be run one after the other, and the ids of the resources that exist. */
export type Plan = { stages: Stage[]; ids: Ids }

/** The resources of a service in the cloud, and those of others that have a name that the service uses. */
export type ObservedState = { functions: FoundFunction[]; gateways: FoundGateway[] }

/** @throws {CloudError} */
export async function observe(client: Client, { mark, functions }: ServiceSpec): Promise<ObservedState> {
  const names = functions.map(({ name }) => name)
  return {
    functions: await observeFunctions(client, mark, names),
    gateways: await observeGateways(client, mark),
  }
}

/**
 * Compares serverless.yml with the state of the cloud. Changes nothing.
 *
 * The order of the stages keeps unauthorized callers out: if the gateway exists, its key-auth is updated before the
 * functions, which may rely on it, are released. A key-auth that serverless.yml does not have is removed after that.
 * @throws {PlanError} with everything that prevents the deployment
 * @throws {CloudError}
 */
export async function planOf(
  client: Client,
  service: ServiceSpec,
  observed: ObservedState,
  artifactOf: (key: string) => Artifact,
): Promise<Plan> {
  const { mark, functions, gateway } = service
  const ids = new Ids()
  const problems = new ProblemCollector()
  const existingFunction = ({ name }: FunctionSpec) => observed.functions.find((found) => found.name === name)

  const functionStage = problems.stage(functions, (spec) =>
    functionStep(mark, spec, artifactOf(spec.key), existingFunction(spec), ids),
  )
  const existingGateway = gateway.isRequired
    ? problems.attempt(() => gatewayFor(service, observed.gateways))
    : undefined
  const gatewayStages = await planGateway(client, service, existingGateway, ids, problems)
  const triggerStage = functions.flatMap((spec) => [
    ...problems.stage(spec.timers, (timer) => timerStep(mark, spec, timer, existingFunction(spec), ids)),
    ...problems.stage(spec.kafkaTriggers, (kafka) => kafkaStep(mark, spec, kafka, existingFunction(spec), ids)),
  ])
  problems.add(duplicateRouteProblems(functions))
  problems.throwIfAny()

  const { gatewayStage, serviceStage, consumerStage, keyAuthStage, upstreamStage, routeStage } = gatewayStages
  const guardStages = [serviceStage, consumerStage, keyAuthStage]
  // A new gateway has no routes yet, so the functions need not wait for it and its key-auth.
  const firstStages =
    existingGateway === undefined
      ? [[...gatewayStage, ...functionStage], ...guardStages]
      : [gatewayStage, ...guardStages, functionStage]
  const lastStages = [upstreamStage, routeStage, triggerStage, ...leftoverStages(service, observed, ids)]
  return { stages: withoutEmptyStages([...firstStages, ...lastStages]), ids }
}

type GatewayStages = {
  gatewayStage: Stage
  serviceStage: Stage
  consumerStage: Stage
  keyAuthStage: Stage
  upstreamStage: Stage
  routeStage: Stage
}

async function planGateway(
  client: Client,
  service: ServiceSpec,
  existing: FoundGateway | undefined,
  ids: Ids,
  problems: ProblemCollector,
): Promise<GatewayStages> {
  const { mark, functions, gateway } = service
  if (!gateway.isRequired) {
    return {
      gatewayStage: [],
      serviceStage: [],
      consumerStage: [],
      keyAuthStage: [],
      upstreamStage: [],
      routeStage: [],
    }
  }
  // In this order, because a step may look up the ids that the steps before it have set.
  const gatewayStage = [gatewayStep(service, existing, ids)]
  const existingService = problems.attempt(() => gatewayServiceFor(service, existing))
  const serviceStage = [gatewayServiceStep(service, existingService, ids)]
  const { keyAuth } = gateway
  const consumers = keyAuth?.consumers ?? []
  const keyOwners = existing ? await inParallel(consumers, ({ key }) => findKeyOwner(client, existing.id, key)) : []
  const consumerStage = problems.stage([...consumers.entries()], ([index, consumer]) =>
    consumerStep(mark, consumer, existing, keyOwners[index], ids),
  )
  const keyAuthStage =
    keyAuth && consumers.length > 0 ? problems.stage([keyAuth], (spec) => bindingStep(mark, spec, existing, ids)) : []
  const routed = functions.filter(({ routes }) => routes.length > 0)
  const upstreamStage = problems.stage(routed, (spec) => upstreamStep(mark, spec, existing, ids))
  const routeStage = routed.flatMap((spec) =>
    problems.stage(spec.routes, (route) => routeStep(spec, route, existing, ids)),
  )
  return { gatewayStage, serviceStage, consumerStage, keyAuthStage, upstreamStage, routeStage }
}

/** For example, the second route of `hello` has the name of the first route of `hello-2`. */
function duplicateRouteProblems(functions: FunctionSpec[]): string[] {
  const problems: string[] = []
  const ownerOfName = new Map<string, string>()
  for (const { key, routes } of functions) {
    for (const { name } of routes) {
      const owner = ownerOfName.get(name)
      if (owner === undefined) ownerOfName.set(name, key)
      else
        problems.push(`functions ${owner} and ${key} both have a route called ${name}: change the key of one of them`)
    }
  }
  return problems
}

/**
 * Plans the code and the settings of one function, without its routes and triggers.
 * @throws {PlanError}
 * @throws {CloudError}
 */
export async function planOfFunction(
  client: Client,
  service: ServiceSpec,
  key: string,
  artifactOf: (key: string) => Artifact,
): Promise<Plan> {
  const { mark, functions } = service
  const ids = new Ids()
  const spec = functions.find((one) => one.key === key)
  if (spec === undefined) {
    const keys = functions.map((one) => one.key).join(', ')
    throw new PlanError(`serverless.yml has no function ${key}; its functions are ${keys || 'none'}`)
  }
  const found = await observeFunction(client, mark, spec.name)
  if (found === undefined) {
    throw new PlanError(`function ${spec.name} is not deployed: run serverless deploy, which deploys the whole service`)
  }
  if (spec.routes.length > 0) await refuseUnguarded(client, service)
  return { stages: [[functionStep(mark, spec, artifactOf(key), found, ids)]], ids }
}

/**
 * New code may rely on what protects its routes: a private network, or the key-auth of serverless.yml.
 * @throws {PlanError} if that is not deployed
 * @throws {CloudError}
 */
async function refuseUnguarded(client: Client, service: ServiceSpec): Promise<void> {
  const { mark, gateway } = service
  const { keyAuth, network } = gateway
  if (keyAuth === undefined && network.EnablePublicNetwork) return
  // Both throw if they have another network than serverless.yml.
  const existingGateway = gatewayFor(service, await observeGateways(client, mark))
  const existingService = gatewayServiceFor(service, existingGateway)
  if (keyAuth === undefined) return
  const ids = new Ids()
  if (existingService !== undefined) ids.set('gateway service', GATEWAY_SERVICE, existingService.id)
  if (bindingStep(mark, keyAuth, existingGateway, ids).verb !== 'leave') {
    throw new PlanError(
      'the key-auth of serverless.yml is not deployed: run serverless deploy, which deploys the whole service',
    )
  }
}

/**
 * Plans the removal of everything that the service has created.
 * @throws {CloudError}
 */
export async function planOfRemoval(client: Client, service: ServiceSpec): Promise<Plan> {
  const nothing: ServiceSpec = { ...service, functions: [], gateway: { ...service.gateway, isRequired: false } }
  const ids = new Ids()
  const stages = leftoverStages(nothing, await observe(client, nothing), ids)
  return { stages: withoutEmptyStages(stages), ids }
}

function withoutEmptyStages(stages: Stage[]): Stage[] {
  return stages.filter((stage) => stage.length > 0)
}
