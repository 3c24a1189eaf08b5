/** serverless.yml as it applies to a stage: variables resolved, checked by the schema, without what has no value. */
export type ServiceConfig = {
  service: string
  stage: string
  region: string
  provider: ProviderConfig
  functions: Record<string, FunctionConfig>
}

/** What can be said for all functions, and again for one. */
export type SharedSettings = {
  /** MB. */
  memorySize?: number
  /** Seconds a call may take. */
  timeout?: number
  /** Seconds. */
  initializerTimeout?: number
  /** One call at a time an instance. */
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
  /** By stage: what wins over the rest of the provider there. */
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
  /** On veFaaS; osls makes it of service, stage and key where it is left out. */
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
 * The same without keys that have no value (`role:`, or a variable that resolves to nothing), which osls hands over as null:
 * they mean what is left out. Not within `events`, where a condition that has lost its value would let in more than is meant;
 * there the rules name it.
 */
export function withoutEmpty<Value>(value: Value): Value {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutEmpty(item)])) as Value
}
