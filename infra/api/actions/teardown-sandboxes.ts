import { TeardownInput } from '../../../functions/teardown-sandboxes/input.ts'
import type { JsonSchema } from '../../../shared/handler/json-schema.ts'
import type { TeardownResult } from '../../../shared/manager/teardown-sandboxes.ts'
import type { EventDescription } from '../action-description.ts'
import { SANDBOX_ID } from '../examples.ts'
import { SANDBOX_ID_SCHEMA } from '../results.ts'

const outcome: Record<keyof TeardownResult['Sandboxes'][number], JsonSchema> = {
  SandboxId: SANDBOX_ID_SCHEMA,
  Outcome: {
    type: 'string',
    enum: ['Deleted', 'NotFound'],
    description:
      '`Deleted`: it is being deleted. `NotFound`: it is gone, or not a sandbox of this manager; that is not a failure.',
  },
}

const event = {
  specversion: '1.0',
  id: 'e-1',
  source: '/planner',
  type: 'task.finished',
  data: { SandboxId: SANDBOX_ID, Reason: 'task 7 is done' },
}

export const teardownSandboxesDescription: EventDescription = {
  path: '/events',
  input: TeardownInput,
  summary: 'Delete the sandboxes that an event names',
  text: `For senders that report by events that a task is over or a user has left. An event is a CloudEvent 1.0 with its data (structured, in a batch, or binary with \`ce-\` headers), or only the data as \`application/json\`. The data may also be a text or base64 that contains it.

If the same event is sent twice, both succeed and the sandbox is deleted once. An empty batch succeeds too. If a sandbox is still CREATING, the call waits for it.

A sender that first asks for permission (CloudEvents, HTTP 1.1 Web Hooks, 4) sends \`OPTIONS\` with its key and \`WebHook-Request-Origin\`. It gets 204 with \`WebHook-Allowed-Origin\` and \`WebHook-Allowed-Rate\`, or 401 without a valid key.`,
  requests: {
    'application/cloudevents+json': { 'A CloudEvent': event },
    'application/cloudevents-batch+json': { 'Two CloudEvents': [event, { ...event, id: 'e-2' }] },
    'application/json': {
      'Only the data': { SandboxId: SANDBOX_ID },
      'Data with several sandboxes': { SandboxIds: [SANDBOX_ID], Reason: 'the user has left' },
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
  failures: ['BadEvent', 'NotAllDeleted'],
}
