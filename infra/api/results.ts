import { ACTIONS, type CallerRights } from '../../shared/config/callers.ts'
import type { JsonSchema } from '../../shared/handler/json-schema.ts'
import { OsType } from '../../shared/handler/parameter-schemas.ts'
import type { ResponseMetadata } from '../../shared/handler/reply.ts'
import type { Created } from '../../shared/manager/create-sandbox.ts'
import { type Sandbox, STATUSES } from '../../shared/manager/sandbox/sandbox.ts'
import { STOPPED_BY_CLEANUP } from '../../shared/manager/sandbox/stopped-by.ts'
import type { Changed } from '../../shared/manager/sandbox/transition.ts'
import { CREATED_AT, EXPIRE_AT, SANDBOX_ID } from './examples.ts'

/** The parts of answers. The compiler checks their names against the types of the manager. */

export const refTo = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

export const timeSchema = (description: string): JsonSchema => ({
  type: 'string',
  format: 'date-time',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
  description: `${description} RFC 3339 in UTC, with seconds.`,
  examples: [EXPIRE_AT],
})

export const SANDBOX_ID_SCHEMA: JsonSchema = {
  type: 'string',
  description: 'Id of the sandbox.',
  examples: [SANDBOX_ID],
}

export const EXPIRE_AT_SCHEMA = timeSchema('When the sandbox ends, unless it is renewed; absent if it has no end.')

export const OS_TYPE_SCHEMA: JsonSchema = { type: 'string', enum: OsType.options }

const sandbox: Record<keyof Sandbox, JsonSchema> = {
  SandboxId: SANDBOX_ID_SCHEMA,
  PrimaryIp: { type: 'string', description: 'Address in the network of the sandboxes; only while RUNNING.' },
  Status: { type: 'string', enum: STATUSES, description: 'Status of the machine in ECS.' },
  OsType: OS_TYPE_SCHEMA,
  InstanceTypeId: { type: 'string', description: 'Type of the machine.' },
  InstanceName: { type: 'string', description: 'Name of the machine: `sandbox-` and the name from its creation.' },
  Eip: { type: 'string', description: 'Public address, if it has one.' },
  CreatedAt: timeSchema('When it was created.'),
  StoppedMode: {
    type: 'string',
    description:
      'Whether ECS charges for the machine; only while STOPPED. `StopCharging`: not for processors and memory. `KeepCharging`: as before. `NotApplicable`: machines of this type are always charged.',
  },
  StoppedBy: {
    type: 'string',
    enum: [STOPPED_BY_CLEANUP.Value],
    description: 'Present while stopped, if the clean-up has stopped it at its end.',
  },
  ExpireAt: EXPIRE_AT_SCHEMA,
  Owner: { type: 'string', description: 'Whose sandbox it is; absent if it belongs to nobody.' },
}

const changed: Record<keyof Changed, JsonSchema> = {
  SandboxId: SANDBOX_ID_SCHEMA,
  Status: sandbox.Status,
  ExpireAt: EXPIRE_AT_SCHEMA,
}

const caller: Record<keyof CallerRights, JsonSchema> = {
  Name: { type: 'string', description: 'Name of its key, or of the consumer of the gateway; absent if unknown.' },
  Actions: {
    type: 'array',
    items: { type: 'string', enum: ACTIONS },
    description: 'The functions that it may call.',
  },
  Owner: { type: 'string', description: 'The owner whose sandboxes it sees; absent if it sees those of all owners.' },
}

const lifetime: Record<keyof Created, JsonSchema> = { SandboxId: SANDBOX_ID_SCHEMA, ExpireAt: EXPIRE_AT_SCHEMA }

const metadata: Record<keyof ResponseMetadata, JsonSchema> = {
  RequestId: {
    type: 'string',
    pattern: '^[\\w.:-]{1,128}$',
    description: 'Id of the request, also in the header `X-Request-ID`: the one from the request, or a new one.',
  },
  Action: { type: 'string' },
  Version: { type: 'string' },
  Service: { const: 'ecs' },
  Region: { type: 'string', description: 'Region of the cloud in which the sandboxes are.' },
}

/** The schemas that answers refer to, by name. */
export const RESULTS: Record<string, JsonSchema> = {
  Sandbox: {
    type: 'object',
    properties: sandbox,
    required: ['SandboxId', 'Status', 'OsType', 'InstanceTypeId'],
    additionalProperties: false,
  },
  SandboxChange: {
    type: 'object',
    properties: changed,
    required: ['SandboxId', 'Status'],
    additionalProperties: false,
  },
  Caller: {
    type: 'object',
    description: 'What the caller may do. Only in the answer of DescribeSandboxes.',
    properties: caller,
    required: ['Actions'],
    additionalProperties: false,
  },
  SandboxLifetime: { type: 'object', properties: lifetime, required: ['SandboxId'], additionalProperties: false },
  ResponseMetadata: {
    type: 'object',
    properties: { ...metadata, Caller: refTo('Caller') },
    required: Object.keys(metadata),
    additionalProperties: false,
  },
  Failure: {
    type: 'object',
    description: 'The answer of every failure. Its status is not 2xx.',
    properties: {
      ResponseMetadata: {
        type: 'object',
        properties: {
          ...metadata,
          Error: {
            type: 'object',
            properties: {
              Code: {
                type: 'string',
                description: 'For programs. If the cloud has failed, it is the code of the cloud.',
              },
              Message: { type: 'string', description: 'For people: what was wrong, and what is right.' },
            },
            required: ['Code', 'Message'],
            additionalProperties: false,
          },
        },
        required: [...Object.keys(metadata), 'Error'],
        additionalProperties: false,
      },
    },
    required: ['ResponseMetadata'],
    additionalProperties: false,
  },
  PlatformFailure: {
    type: 'object',
    description: 'The answer of the platform to a request that did not reach the manager.',
    properties: { error_code: { type: 'string' }, error_message: { type: 'string' } },
    required: ['error_code', 'error_message'],
    additionalProperties: false,
  },
}

/** An example of a RUNNING sandbox. */
export const RUNNING_SANDBOX: Readonly<Partial<Record<keyof Sandbox, string>>> = {
  SandboxId: SANDBOX_ID,
  PrimaryIp: '10.0.0.5',
  Status: 'RUNNING',
  OsType: 'Linux',
  InstanceTypeId: 'ecs.g3i.large',
  InstanceName: 'sandbox-agent-1',
  CreatedAt: CREATED_AT,
  ExpireAt: EXPIRE_AT,
  Owner: 'planner',
}
