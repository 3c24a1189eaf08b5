import { DescribeSandboxesInput } from '../../../functions/describe-sandboxes/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { SANDBOX_ID } from '../examples.ts'
import { RUNNING_SANDBOX, refTo } from '../results.ts'

const NEXT_TOKEN = 'dTAtMTAw'

export const describeSandboxesDescription: ActionDescription = {
  tag: 'Sandboxes',
  input: DescribeSandboxesInput,
  summary: 'List sandboxes',
  text: `Lists all sandboxes without a limit, or those that match the parameters. An unknown id gives an empty list.

With \`MaxResults\` or \`NextToken\`, it returns one page, and \`NextToken\` beside \`Result\`. A page may have fewer sandboxes than requested, or none: only an empty \`NextToken\` marks the end.`,
  requests: {
    'All sandboxes': {},
    'A page of those that are RUNNING': { Status: 'RUNNING', MaxResults: 50 },
    'One sandbox': { SandboxId: SANDBOX_ID },
  },
  answer: {
    properties: {
      Result: { type: 'array', items: refTo('Sandbox') },
      NextToken: {
        type: 'string',
        pattern: '^[\\w-]*$',
        description: 'For the next page; empty at the end; absent if the answer has all.',
      },
    },
    required: ['Result'],
    examples: {
      'All sandboxes': { Result: [RUNNING_SANDBOX] },
      'One page': { Result: [RUNNING_SANDBOX], NextToken: NEXT_TOKEN },
      'No such sandbox': { Result: [] },
    },
  },
  failures: ['NoSuchAction', 'OwnerDenied', 'Throttled'],
}
