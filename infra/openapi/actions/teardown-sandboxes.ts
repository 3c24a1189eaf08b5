import { TeardownInput } from '../../../functions/teardown-sandboxes/input.ts'
import { SandboxId } from '../../../shared/handler/parameter-schemas.ts'
import type { TeardownResult } from '../../../shared/manager/teardown-sandboxes.ts'
import { SANDBOX_ID } from '../examples.ts'
import { convert, type JsonSchema } from '../json-schema.ts'
import { SANDBOX_ID_SCHEMA } from '../results.ts'
import { eventWords } from '../words.ts'

const ID = convert(SandboxId)

const outcome: Record<keyof TeardownResult['Sandboxes'][number], JsonSchema> = {
  SandboxId: SANDBOX_ID_SCHEMA,
  Outcome: {
    type: 'string',
    enum: ['Deleted', 'NotFound'],
    description:
      '`Deleted`: it is being deleted. `NotFound`: it is gone, or no sandbox of this manager; that is no failure.',
  },
}

const event = {
  specversion: '1.0',
  id: 'e-1',
  source: '/planner',
  type: 'task.finished',
  data: { SandboxId: SANDBOX_ID, Reason: 'task 7 is done' },
}

export const teardownSandboxes = eventWords({
  path: '/events',
  input: TeardownInput,
  summary: 'Delete the sandboxes that an event names',
  text: `For who tells by events that a task is over or a user has left. An event is a CloudEvent 1.0 with its data (structured, in a batch, or binary with \`ce-\` headers), or the data alone as \`application/json\`. The data may also be text or base64 that holds it.

The same event twice is one deletion and two successes, and an empty batch is a success. A sandbox that is still CREATING is waited for.

A sender that first asks for permission (CloudEvents, HTTP 1.1 Web Hooks, 4) sends \`OPTIONS\` with its key and \`WebHook-Request-Origin\`. It is answered 204 with \`WebHook-Allowed-Origin\` and \`WebHook-Allowed-Rate\`, without a right key 401.`,
  parameters: {
    SandboxId: { text: 'The sandbox.', example: SANDBOX_ID, schema: ID },
    SandboxIds: {
      text: 'Several sandboxes, in place of `SandboxId`.',
      example: [SANDBOX_ID],
      schema: { type: 'array', items: ID, minItems: 1, maxItems: 1_000 },
    },
    Reason: { text: 'For the log: a text, of which 256 characters are kept.', example: 'task 7 is done' },
  },
  together: { oneOf: [{ required: ['SandboxId'] }, { required: ['SandboxIds'] }] },
  examples: {
    'application/cloudevents+json': { 'A CloudEvent': event },
    'application/cloudevents-batch+json': { 'Two CloudEvents': [event, { ...event, id: 'e-2' }] as unknown as object },
    'application/json': {
      'The data': { SandboxId: SANDBOX_ID },
      'The data of several': { SandboxIds: [SANDBOX_ID], Reason: 'the user has left' },
    },
  },
  answer: {
    properties: {
      Result: {
        type: 'object',
        properties: {
          Sandboxes: {
            type: 'array',
            items: { type: 'object', properties: outcome, required: Object.keys(outcome), additionalProperties: false },
          },
        },
        required: ['Sandboxes'],
        additionalProperties: false,
      },
    },
    required: ['Result'],
    examples: { 'All are deleted': { Result: { Sandboxes: [{ SandboxId: SANDBOX_ID, Outcome: 'Deleted' }] } } },
  },
  refusals: ['BadEvent', 'NotAllDeleted'],
})
