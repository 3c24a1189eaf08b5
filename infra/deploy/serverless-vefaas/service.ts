import type {
  ApigConfig,
  ExampleRequest,
  FunctionConfig,
  GatewayConfig,
  KafkaConfig,
  Match,
  ProviderConfig,
  ServiceConfig,
  TimerConfig,
} from './config.ts'
import { type OwnerMark, ownerMarkOf, type Tag, withOwnerComment } from './owner-mark.ts'

/** The desired state of a service, in the terms of the cloud. */
export type ServiceSpec = {
  name: string
  stage: string
  region: string
  mark: OwnerMark
  functions: FunctionSpec[]
  gateway: GatewaySpec
}

export type FunctionSpec = {
  /** Its name in serverless.yml. */
  key: string
  /** Its name in veFaaS. */
  name: string
  /** Its name in the gateway, if it has routes. */
  upstream: string
  runtime: string
  settings: FunctionSettings
  environment: Record<string, string>
  tags: Tag[]
  instances: { MinInstance: number; MaxInstance: number }
  routes: RouteSpec[]
  timers: TimerSpec[]
  kafkaTriggers: KafkaSpec[]
}

/** The fields of CreateFunction and UpdateFunction (veFaaS API reference) that only serverless.yml determines. */
export type FunctionSettings = {
  MemoryMB: number
  /** Seconds. */
  RequestTimeout: number
  /** Seconds. */
  InitializerSec: number
  ExclusiveMode: boolean
  /** Absent in exclusive mode, which is one call at a time. */
  MaxConcurrency?: number
  Role: string
  Description: string
  /** If absent, the function stays in its current project. */
  ProjectName?: string
  VpcConfig: {
    EnableVpc: boolean
    VpcId?: string
    SubnetIds?: string[]
    SecurityGroupIds?: string[]
    EnableSharedInternetAccess?: boolean
  }
  TlsConfig: { EnableLog: boolean; TlsProjectId?: string; TlsTopicId?: string }
}

export type RouteSpec = {
  name: string
  MatchRule: MatchRule
  AdvancedSetting: {
    TimeoutSetting: { Enable: true; Timeout: number }
    CorsPolicySetting?: CorsPolicySetting
    HeaderOperations: { Operation: 'set' | 'add' | 'remove'; Key: string; Value?: string }[]
  }
  /** For people only. The cloud does not get it. */
  example: ExampleRequest
}

export type MatchRule = {
  Path: StringMatch
  /** If absent, any method. */
  Method?: string[]
  Header?: KeyMatch[]
  QueryString?: KeyMatch[]
}

export type StringMatch = { MatchType: 'Exact' | 'Prefix' | 'Regex'; MatchContent: string }
export type KeyMatch = { Key: string; Value: StringMatch }

export type CorsPolicySetting = {
  Enable: true
  AllowOrigins: { MatchType: 'Exact' | 'Prefix' | 'Regex'; Value: string }[]
  AllowMethods: string[]
  AllowHeaders: string[]
  ExposeHeaders: string[]
  AllowCredentials: boolean
  /** Seconds. */
  MaxAge: number
}

export type TimerSpec = {
  Name: string
  Crontab: string
  Payload: string
  Enabled: boolean
  EnableConcurrency: boolean
  Retries: number
  Description: string
}

export type KafkaSpec = {
  Name: string
  MqInstanceId: string
  TopicName: string
  KafkaCredentials: { Mechanism: string; Username: string; Password: string }
  StartingPosition: 'Latest' | 'Earliest'
  BatchSize: number
  BatchFlushDurationMilliseconds: number
  MaximumRetryAttempts: number
  Enabled: boolean
  Description: string
}

export type GatewaySpec = {
  /** Whether a function has a route. */
  isRequired: boolean
  /** The id of an existing gateway. If absent, `name` applies. */
  id?: string
  name: string
  /** Whether serverless.yml names the gateway. Then it may belong to others. */
  isNamed: boolean
  serviceName: string
  /** Whether serverless.yml names the gateway service. Then it may belong to others. */
  isServiceNamed: boolean
  network: { EnablePublicNetwork: boolean; EnablePrivateNetwork: boolean }
  vpc?: { VpcId: string; SubnetIds: string[] }
  projectName?: string
  keyAuth?: { header: string; consumers: ConsumerSpec[] }
}

export type ConsumerSpec = { name: string; key: string }

/** Converts serverless.yml, which must have passed the schema and the rules, to the terms of the cloud. */
export function serviceOf({ service, stage, region, provider, functions }: ServiceConfig): ServiceSpec {
  const mark = ownerMarkOf(service, stage)
  const specs = Object.entries(functions).map(([key, own]) => functionSpec(mark, key, own, provider))
  const hasRoutes = specs.some(({ routes }) => routes.length > 0)
  return {
    name: service,
    stage,
    region,
    mark,
    functions: specs,
    gateway: gatewaySpec(mark, provider, hasRoutes),
  }
}

function functionSpec(mark: OwnerMark, key: string, own: FunctionConfig, provider: ProviderConfig): FunctionSpec {
  const all = { ...provider, ...own }
  const tags = { ...provider.tags, ...own.tags }
  const timeout = all.timeout ?? 30
  const exclusive = all.exclusive ?? false
  const events = own.events ?? []
  const apig = events.flatMap((event) => ('apig' in event ? [event.apig] : []))
  return {
    key,
    name: own.name,
    upstream: `${mark.prefix}-${key.replaceAll('_', '-')}`, // the gateway does not allow underscores
    runtime: all.runtime,
    settings: {
      MemoryMB: all.memorySize ?? 1024,
      RequestTimeout: timeout,
      InitializerSec: all.initializerTimeout ?? 30,
      ExclusiveMode: exclusive,
      ...(!exclusive && { MaxConcurrency: all.maxConcurrency ?? 100 }),
      Role: all.role ?? '',
      Description: own.description ?? '',
      ...(all.project && { ProjectName: all.project }),
      VpcConfig: vpcConfig(all.vpc),
      TlsConfig: all.log
        ? { EnableLog: true, TlsProjectId: all.log.project, TlsTopicId: all.log.topic }
        : { EnableLog: false },
    },
    environment: { ...provider.environment, ...own.environment },
    tags: [...mark.tags, ...Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))],
    instances: { MinInstance: all.minInstances ?? 0, MaxInstance: all.maxInstances ?? 10 },
    routes: apig.map((event, index) => routeSpec(mark, key, index, event, timeout, provider.gateway)),
    timers: events.flatMap((event) => ('timer' in event ? [timerSpec(mark, key, event.timer)] : [])),
    kafkaTriggers: events.flatMap((event) => ('kafka' in event ? [kafkaSpec(mark, key, event.kafka)] : [])),
  }
}

function vpcConfig(vpc: ProviderConfig['vpc']): FunctionSettings['VpcConfig'] {
  if (vpc === undefined) return { EnableVpc: false }
  return {
    EnableVpc: true,
    VpcId: vpc.id,
    SubnetIds: vpc.subnetIds,
    SecurityGroupIds: vpc.securityGroupIds,
    EnableSharedInternetAccess: vpc.internetAccess ?? true,
  }
}

/** The gateway waits longer than the function may run, so that the function reports its timeout itself. */
const GATEWAY_MARGIN_SECONDS = 5

function routeSpec(
  mark: OwnerMark,
  key: string,
  index: number,
  event: ApigConfig,
  functionTimeout: number,
  gateway: GatewayConfig | undefined,
): RouteSpec {
  return {
    name: index === 0 ? `${mark.prefix}-${key}` : `${mark.prefix}-${key}-${index + 1}`,
    MatchRule: matchRule(event),
    AdvancedSetting: {
      // Always set, because the default of the gateway is not documented.
      TimeoutSetting: { Enable: true, Timeout: event.timeout ?? functionTimeout + GATEWAY_MARGIN_SECONDS },
      ...(gateway?.cors && { CorsPolicySetting: corsPolicy(gateway.cors) }),
      // With this header, an HTTP request would look like an event of the platform, which needs no authentication.
      HeaderOperations: [{ Operation: 'remove', Key: 'X-Faas-Event-Type' }],
    },
    example: event.example ?? {},
  }
}

function matchRule({ action, version, path, method, query, header }: ApigConfig): MatchRule {
  const actionQuery = action === undefined ? {} : { Action: action, ...(version && { Version: version }) }
  const keys = (matches: Record<string, Match>): KeyMatch[] =>
    Object.entries(matches).map(([Key, match]) => ({ Key, Value: stringMatch(match) }))
  const QueryString = keys({ ...actionQuery, ...query })
  const Header = keys({ ...header })
  return {
    Path: stringMatch(path ?? '/'),
    ...(method && { Method: [method].flat() }),
    ...(Header.length > 0 && { Header }),
    ...(QueryString.length > 0 && { QueryString }),
  }
}

function stringMatch(match: Match): StringMatch {
  if (typeof match === 'string') return { MatchType: 'Exact', MatchContent: match }
  if (match.prefix !== undefined) return { MatchType: 'Prefix', MatchContent: match.prefix }
  if (match.regex !== undefined) return { MatchType: 'Regex', MatchContent: match.regex }
  return { MatchType: 'Exact', MatchContent: match.exact ?? '' }
}

function corsPolicy(cors: NonNullable<GatewayConfig['cors']>): CorsPolicySetting {
  return {
    Enable: true,
    AllowOrigins: cors.origins.map((Value) => ({ MatchType: 'Exact', Value })),
    AllowMethods: cors.methods ?? ['GET', 'POST'],
    AllowHeaders: cors.headers ?? ['Authorization', 'Content-Type', 'X-API-Key', 'X-Request-ID'],
    ExposeHeaders: cors.exposeHeaders ?? ['X-Request-ID', 'Retry-After'],
    AllowCredentials: cors.credentials ?? false,
    MaxAge: cors.maxAge ?? 600,
  }
}

function timerSpec(mark: OwnerMark, key: string, timer: TimerConfig): TimerSpec {
  const { payload = '' } = timer
  return {
    Name: timer.name ?? key,
    Crontab: timer.crontab,
    Payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    Enabled: timer.enabled ?? true,
    EnableConcurrency: timer.enableConcurrency ?? false,
    Retries: timer.retries ?? 0,
    Description: withOwnerComment(mark, timer.description),
  }
}

function kafkaSpec(mark: OwnerMark, key: string, kafka: KafkaConfig): KafkaSpec {
  return {
    Name: kafka.name ?? key.replaceAll('-', '_'), // veFaaS does not allow hyphens here
    MqInstanceId: kafka.instanceId,
    TopicName: kafka.topic,
    KafkaCredentials: {
      Mechanism: kafka.mechanism ?? 'SCRAM-SHA-256',
      Username: kafka.username,
      Password: kafka.password,
    },
    StartingPosition: kafka.startingPosition ?? 'Latest',
    BatchSize: kafka.batchSize ?? 100,
    BatchFlushDurationMilliseconds: kafka.batchMilliseconds ?? 1_000,
    MaximumRetryAttempts: kafka.retries ?? 3,
    Enabled: kafka.enabled ?? true,
    Description: withOwnerComment(mark, kafka.description),
  }
}

function gatewaySpec(mark: OwnerMark, { gateway = {}, project }: ProviderConfig, isRequired: boolean): GatewaySpec {
  const { id, name, service, network = 'public', vpc, keyAuth } = gateway
  return {
    isRequired,
    ...(id && { id }),
    name: name ?? mark.prefix,
    isNamed: (id ?? name) !== undefined,
    serviceName: service ?? mark.prefix,
    isServiceNamed: service !== undefined,
    network: { EnablePublicNetwork: network !== 'private', EnablePrivateNetwork: network !== 'public' },
    ...(vpc && { vpc: { VpcId: vpc.id, SubnetIds: vpc.subnetIds } }),
    ...(project && { projectName: project }),
    ...(keyAuth && {
      keyAuth: {
        header: keyAuth.header ?? 'Authorization',
        consumers: Object.entries(keyAuth.consumers).map(([name, { key }]) => ({
          name: `${mark.prefix}-${name}`,
          key,
        })),
      },
    }),
  }
}
