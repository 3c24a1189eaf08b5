/**
 * serverless.yml as it applies to a stage: with resolved variables, valid by the schema, without keys that have no
 * value.
 */
export type ServiceConfig = {
  service: string
  stage: string
  region: string
  provider: ProviderConfig
  functions: Record<string, FunctionConfig>
}

/** Settings of `provider`, for all functions, and of one function. */
export type SharedSettings = {
  /** MB. */
  memorySize?: number
  /** The time limit of a call, in seconds. */
  timeout?: number
  /** Seconds. */
  initializerTimeout?: number
  /** Whether an instance serves one call at a time. */
  exclusive?: boolean
  maxConcurrency?: number
  minInstances?: number
  maxInstances?: number
  environment?: Record<string, string>
  role?: string
  vpc?: { id: string; subnetIds: string[]; securityGroupIds: string[]; internetAccess?: boolean }
  log?: { project: string; topic: string }
  project?: string
  tags?: Record<string, string>
}

export type ProviderConfig = SharedSettings & {
  name: 'vefaas'
  runtime: string
  region: string
  stage?: string
  endpoint?: string
  gateway?: GatewayConfig
  /** Settings by stage, which override those of the provider. */
  stages?: Record<string, Partial<Omit<ProviderConfig, 'name' | 'stages'>>>
}

export type GatewayConfig = {
  id?: string
  name?: string
  service?: string
  network?: 'public' | 'private' | 'both'
  vpc?: { id: string; subnetIds: string[] }
  cors?: {
    origins: string[]
    methods?: string[]
    headers?: string[]
    exposeHeaders?: string[]
    credentials?: boolean
    /** Seconds. */
    maxAge?: number
  }
  keyAuth?: { header?: string; consumers: Record<string, { key: string }> }
}

export type FunctionConfig = SharedSettings & {
  /** The name in veFaaS. osls sets `<service>-<stage>-<key>` if it is absent. */
  name: string
  handler: string
  description?: string
  events?: EventConfig[]
  package?: { artifact?: string }
}

export type EventConfig = { apig: ApigConfig } | { timer: TimerConfig } | { kafka: KafkaConfig }

export type Match = string | { exact?: string; prefix?: string; regex?: string }

export type ApigConfig = {
  action?: string
  version?: string
  path?: Match
  method?: string | string[]
  query?: Record<string, Match>
  header?: Record<string, Match>
  /** Seconds. */
  timeout?: number
}

export type TimerConfig = {
  crontab: string
  name?: string
  payload?: string | Record<string, unknown>
  enabled?: boolean
  enableConcurrency?: boolean
  retries?: number
  description?: string
}

export type KafkaConfig = {
  instanceId: string
  topic: string
  username: string
  password: string
  name?: string
  mechanism?: 'PLAIN' | 'SCRAM-SHA-256'
  startingPosition?: 'Latest' | 'Earliest'
  batchSize?: number
  batchMilliseconds?: number
  retries?: number
  enabled?: boolean
  description?: string
}

/**
 * Removes keys without a value (`role:`, or a variable that resolves to nothing), which osls passes as null. Does not
 * look into lists: in `events`, a condition without its value would match too much, so the rules report it.
 */
export function withoutEmpty<Value>(value: Value): Value {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutEmpty(item)])) as Value
}
