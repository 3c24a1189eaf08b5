import type { FromSchema } from 'json-schema-to-ts'
import type { eventSchemas, functionSchema, providerSchema } from './schema.ts'

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

export type ProviderConfig = FromSchema<typeof providerSchema> & { name: 'vefaas' }

export type GatewayConfig = NonNullable<ProviderConfig['gateway']>

export type FunctionConfig = FromSchema<typeof functionSchema> & {
  /** The name in veFaaS. osls sets `<service>-<stage>-<key>` if it is absent. */
  name: string
  events?: EventConfig[]
}

export type EventConfig = { apig: ApigConfig } | { timer: TimerConfig } | { kafka: KafkaConfig }

export type ApigConfig = FromSchema<typeof eventSchemas.apig>
export type TimerConfig = FromSchema<typeof eventSchemas.timer>
export type KafkaConfig = FromSchema<typeof eventSchemas.kafka>

export type Match = NonNullable<ApigConfig['path']>
export type ExampleRequest = NonNullable<ApigConfig['example']>

/**
 * Removes keys without a value (`role:`, or a variable that resolves to nothing), which osls passes as null. Does not
 * look into lists: in `events`, a condition without its value would match too much, so the rules report it.
 */
export function withoutEmpty<Value>(value: Value): Value {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutEmpty(item)])) as Value
}
