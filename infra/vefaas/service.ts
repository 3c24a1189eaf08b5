import type {
  ApigConfig,
  FunctionConfig,
  GatewayConfig,
  KafkaConfig,
  Match,
  ProviderConfig,
  ServiceConfig,
  TimerConfig,
} from './config.ts'
import { type OwnerMark, ownerMarkOf, type Tag, withOwnerComment } from './owner-mark.ts'

/** What a service is to be, in the words of the cloud. */
export type ServiceSpec = {
  name: string
  stage: string
  region: string
  mark: OwnerMark
  functions: FunctionSpec[]
  gateway: GatewaySpec
}

export type FunctionSpec = {
  /** As serverless.yml calls it. */
  key: string
  /** As veFaaS calls it. */
  name: string
  /** As the gateway calls it, where it has routes. */
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

/** Of the fields of CreateFunction and UpdateFunction (veFaaS API reference) those that serverless.yml decides alone. */
export type FunctionSettings = {
  MemoryMB: number
  /** Seconds. */
  RequestTimeout: number
  /** Seconds. */
  InitializerSec: number
  ExclusiveMode: boolean
  /** Not there in exclusive mode, which is one call at a time. */
  MaxConcurrency?: number
  Role: string
  Description: string
  /** Left out: what the cloud, or somebody, has put it into. */
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
}

export type MatchRule = {
  Path: StringMatch
  /** Left out: any method. */
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
  /** Some function has a route. */
  isRequired: boolean
  /** An existing gateway. Without it, the one called `name`. */
  id?: string
  name: string
  /** serverless.yml names the gateway: one that others have made may be used. */
  isNamed: boolean
  serviceName: string
  /** The same of the gateway service. */
  isServiceNamed: boolean
  network: { EnablePublicNetwork: boolean; EnablePrivateNetwork: boolean }
  vpc?: { VpcId: string; SubnetIds: string[] }
  projectName?: string
  keyAuth?: { header: string; consumers: ConsumerSpec[] }
}

export type ConsumerSpec = { name: string; key: string }

/** What serverless.yml says, in the words of the cloud. The configuration has passed the schema and the rules. */
export function serviceOf({ service, stage, region, provider, functions }: ServiceConfig): ServiceSpec {
  const mark = ownerMarkOf(service, stage)
  const specs = Object.entries(functions).map(([key, own]) => functionSpec(mark, key, own, provider))
  return {
    name: service,
    stage,
    region,
    mark,
    functions: specs,
    gateway: gatewaySpec(
      mark,
      provider,
      specs.some(({ routes }) => routes.length > 0),
    ),
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
    upstream: `${mark.prefix}-${key.replaceAll('_', '-')}`, // no underscores in these names
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
    routes: apig.map((event, at) => routeSpec(mark, key, at, event, timeout, provider.gateway)),
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

/** Seconds that the gateway waits longer than the function may take: the function is who says that it was too long. */
const GATEWAY_MARGIN_SECONDS = 5

function routeSpec(
  mark: OwnerMark,
  key: string,
  at: number,
  event: ApigConfig,
  functionTimeout: number,
  gateway: GatewayConfig | undefined,
): RouteSpec {
  return {
    name: `${mark.prefix}-${key}${at === 0 ? '' : `-${at + 1}`}`,
    MatchRule: matchRule(event),
    AdvancedSetting: {
      // Always, because the gateway's own timeout is not documented.
      TimeoutSetting: { Enable: true, Timeout: event.timeout ?? functionTimeout + GATEWAY_MARGIN_SECONDS },
      ...(gateway?.cors && { CorsPolicySetting: corsPolicy(gateway.cors) }),
      // With it a stranger's request would reach the function as an event of the platform, which nobody asks for a key.
      HeaderOperations: [{ Operation: 'remove', Key: 'X-Faas-Event-Type' }],
    },
  }
}

function matchRule({ action, version, path, method, query, header }: ApigConfig): MatchRule {
  const short = action === undefined ? {} : { Action: action, ...(version && { Version: version }) }
  const keys = (matches: Record<string, Match>): KeyMatch[] =>
    Object.entries(matches).map(([Key, match]) => ({ Key, Value: stringMatch(match) }))
  const QueryString = keys({ ...short, ...query })
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
    Name: kafka.name ?? key.replaceAll('-', '_'), // no hyphens in these names
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
