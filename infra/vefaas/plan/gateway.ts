import { listAll } from '../cloud/pages.ts'
import type { FoundGateway, FoundGatewayService, GatewayItem, ServiceItem } from '../observe/gateways.ts'
import { foundService } from '../observe/gateways.ts'
import { hasOwnerComment, withOwnerComment } from '../owner-mark.ts'
import type { GatewaySpec, ServiceSpec } from '../service.ts'
import { isSame } from './compare.ts'
import { createOnce } from './create-once.ts'
import { type Ids, PlanError, type Step, type StepContext } from './step.ts'
import { waitUntil } from './wait-until.ts'

/** A serverless gateway takes 60 to 70 s. */
const GATEWAY_TIMEOUT_SECONDS = 10 * 60

const SERVICE_TIMEOUT_SECONDS = 3 * 60

/** There is one gateway and one service in an account's plan: the ids go by these names. */
export const GATEWAY = 'the gateway'
export const GATEWAY_SERVICE = 'the gateway service'

/** The gateway that a service uses, if it is there. @throws PlanError when it is not there and cannot be made, or not usable */
export function gatewayFor(
  { gateway, mark }: Pick<ServiceSpec, 'gateway' | 'mark'>,
  gateways: FoundGateway[],
): FoundGateway | undefined {
  const { id, name, isNamed, network } = gateway
  const found = gateways.find((one) => (id ? one.id === id : one.name === name))
  if (id && found === undefined)
    throw new PlanError(`gateway ${id} does not exist in this region: correct provider.gateway.id`)
  if (found === undefined) return undefined
  if (!found.isOurs && !isNamed) {
    throw new PlanError(
      `gateway ${name} exists, and this service has not made it: its comment does not have ${mark.comment}. To use it, name it in provider.gateway.name; else give the service another name`,
    )
  }
  if (found.isOurs && found.network && !isSame(found.network, network)) {
    throw new PlanError(
      `gateway ${found.name} has the network ${describeNetwork({ network: found.network })}, which cannot be changed to ${describeNetwork({ network })}: name another one in provider.gateway.name, or remove the service first`,
    )
  }
  if (/Fail|Abnormal|Delet/i.test(found.status)) {
    throw new PlanError(
      `gateway ${found.name} is ${found.status}${found.message ? ` (${found.message})` : ''}: ${adviceFor(found)}`,
    )
  }
  return found
}

/** Makes the gateway be there and running. One that is there is never changed. */
export function gatewayStep(service: ServiceSpec, found: FoundGateway | undefined, ids: Ids): Step {
  const { gateway } = service
  const step = { resource: 'gateway', name: found?.name ?? gateway.name }
  if (found === undefined) {
    const details = [`serverless, ${describeNetwork(gateway)} network; it takes a minute or two`]
    return { ...step, verb: 'create', details, run: (context) => createGateway(context, service) }
  }
  ids.set('gateway', GATEWAY, found.id)
  if (found.status === 'Running' || found.status === 'Updating') {
    return { ...step, verb: 'leave', details: found.isOurs ? [] : ['not made by this service'] }
  }
  return {
    ...step,
    verb: 'update',
    details: ['wait until it runs'],
    run: (context) => waitForGateway(context, found.id, found.name),
  }
}

async function createGateway(context: StepContext, { gateway, mark, region }: ServiceSpec): Promise<void> {
  const { client, ids } = context
  const body = {
    Name: gateway.name,
    Region: region,
    Type: 'serverless', // the functions of veFaaS can be bound to this type alone
    ResourceSpec: {
      Replicas: 2,
      InstanceSpecCode: '1c2g',
      CLBSpecCode: 'small_1',
      PublicNetworkBillingType: 'traffic',
      NetworkType: gateway.network,
    },
    ...(gateway.vpc && { NetworkSpec: gateway.vpc }),
    ...(gateway.projectName && { ProjectName: gateway.projectName }),
    Comments: withOwnerComment(mark),
  }
  const { id } = await createOnce(context, {
    create: async () => (await client.call<{ Id: string }>('apig', 'CreateGateway', body)).Id,
    find: async () => {
      const all = await listAll<GatewayItem>(client, 'apig', 'ListGateways', { Filter: { Name: gateway.name } })
      // The filter may let longer names through.
      const isIt = (one: GatewayItem) =>
        one.Name === gateway.name && (gateway.isNamed || hasOwnerComment(mark, one.Comments))
      return all.filter(isIt).map(({ Id }) => Id)
    },
  })
  ids.set('gateway', GATEWAY, id)
  await waitForGateway(context, id, gateway.name)
}

async function waitForGateway(context: StepContext, Id: string, name: string): Promise<void> {
  await waitUntil(context, `gateway ${name}`, GATEWAY_TIMEOUT_SECONDS, async () => {
    const { Gateway } = await context.client.call<{ Gateway: { Status?: string; Message?: string } }>(
      'apig',
      'GetGateway',
      { Id },
    )
    return stateOf(`gateway ${name}`, Gateway.Status, Gateway.Message)
  })
}

/** The service of the gateway that is to be used, if it is there. @throws PlanError */
export function gatewayServiceFor(
  { gateway }: ServiceSpec,
  found: FoundGateway | undefined,
): FoundGatewayService | undefined {
  const service = found?.services.find(({ name }) => name === gateway.serviceName)
  if (service === undefined) return undefined
  if (!service.isOurs && !gateway.isServiceNamed) {
    throw new PlanError(
      `gateway service ${service.name} exists in gateway ${found?.name}, and this service has not made it. To use it, name it in provider.gateway.service; else give the service another name`,
    )
  }
  const problem = networkProblem(gateway, service)
  if (problem !== undefined) throw new PlanError(problem)
  if (/Fail|Abnormal|Delet/i.test(service.status)) {
    throw new PlanError(
      `gateway service ${service.name} is ${service.status}${service.message ? ` (${service.message})` : ''}: ${adviceFor(service)}`,
    )
  }
  return service
}

/** What is wrong with the networks in which a gateway service has its addresses. */
function networkProblem({ network }: GatewaySpec, found: FoundGatewayService): string | undefined {
  const { name, isOurs, isPublic, addresses } = found
  if (addresses.length === 0 || isPublic === network.EnablePublicNetwork) return undefined
  const where = isPublic ? 'open to the public network' : 'in the private network alone'
  return `gateway service ${name} is ${where}, which cannot be changed: name another one in provider.gateway.service${isOurs ? ', or remove the service first' : ''}`
}

function adviceFor({ isOurs }: { isOurs: boolean }): string {
  return isOurs ? 'delete it in the console of the API gateway, or wait until it is gone' : 'wait, or ask who made it'
}

/** Makes the service of the gateway, which has the address, be there and running. One that is there is not changed. */
export function gatewayServiceStep(service: ServiceSpec, found: FoundGatewayService | undefined, ids: Ids): Step {
  const { gateway } = service
  const step = { resource: 'gateway service', name: gateway.serviceName }
  if (found === undefined) {
    return {
      ...step,
      verb: 'create',
      details: [describeNetwork(gateway)],
      run: (context) => createService(context, service),
    }
  }
  ids.set('gateway service', GATEWAY_SERVICE, found.id)
  if (found.status === 'Running')
    return { ...step, verb: 'leave', details: found.isOurs ? [] : ['not made by this service'] }
  return {
    ...step,
    verb: 'update',
    details: ['wait until it runs'],
    run: (context) => waitForService(context, service, found.id),
  }
}

async function createService(context: StepContext, service: ServiceSpec): Promise<void> {
  const { gateway, mark } = service
  const { client, ids } = context
  const GatewayId = ids.get('gateway', GATEWAY)
  const body = {
    GatewayId,
    ServiceName: gateway.serviceName,
    Protocol: ['HTTP', 'HTTPS'],
    AuthSpec: { Enable: false }, // who may call is said by a plugin binding, as the documents recommend
    ServiceNetworkSpec: gateway.network,
    Comments: withOwnerComment(mark),
  }
  const { id } = await createOnce(context, {
    create: async () => (await client.call<{ Id: string }>('apig', 'CreateGatewayService', body)).Id,
    find: async () => {
      const all = await listAll<ServiceItem>(client, 'apig', 'ListGatewayServices', { GatewayId })
      return all
        .map((item) => foundService(mark, item))
        .filter(({ name, isOurs }) => name === gateway.serviceName && (isOurs || gateway.isServiceNamed))
        .map((one) => one.id)
    },
  })
  ids.set('gateway service', GATEWAY_SERVICE, id)
  await waitForService(context, service, id)
}

/** Waits until it runs, and looks where it is reached before anything leads to functions. */
async function waitForService(context: StepContext, { gateway, mark }: ServiceSpec, Id: string): Promise<void> {
  const what = `gateway service ${gateway.serviceName}`
  const item = await waitUntil<ServiceItem>(context, what, SERVICE_TIMEOUT_SECONDS, async () => {
    const body = { Id }
    const { GatewayService } = await context.client.call<{ GatewayService: ServiceItem }>(
      'apig',
      'GetGatewayService',
      body,
    )
    const state = stateOf(what, GatewayService.Status, GatewayService.Message)
    return state === true ? GatewayService : state
  })
  const problem = networkProblem(gateway, foundService(mark, { ...item, Name: gateway.serviceName }))
  if (problem !== undefined) throw new Error(problem)
}

/** True when it runs, its status when it may yet. */
function stateOf(what: string, status = '', message = ''): true | string {
  if (status === 'Running') return true
  if (/Fail|Abnormal|Delet/i.test(status)) throw new Error(`${what} is ${status}${message ? `: ${message}` : ''}`)
  return status || 'without a status'
}

function describeNetwork({ network }: { network: FoundGateway['network'] & object }): string {
  if (!network.EnablePrivateNetwork) return 'public'
  return network.EnablePublicNetwork ? 'public and private' : 'private'
}
