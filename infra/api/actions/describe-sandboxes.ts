import { DescribeSandboxesInput } from '../../../functions/describe-sandboxes/input.ts'
import { describeAction } from '../action-description.ts'
import { SANDBOX_ID } from '../examples.ts'
import { RUNNING_SANDBOX, refTo } from '../results.ts'

const NEXT_TOKEN = 'dTAtMTAw'

export const describeSandboxesDescription = describeAction({
  tag: 'Sandboxes',
  input: DescribeSandboxesInput,
  summary: 'List sandboxes',
  text: `Lists all sandboxes without a limit, or those that match the parameters. An unknown id gives an empty list.

With \`MaxResults\` or \`NextToken\`, it returns one page, and \`NextToken\` beside \`Result\`. A page may have fewer sandboxes than requested, or none: only an empty \`NextToken\` marks the end.`,
  parameters: {
    SandboxId: { text: 'Only this sandbox.', example: SANDBOX_ID },
    Status: { text: 'Only sandboxes in this status.', example: 'RUNNING' },
    OsType: { text: 'Only sandboxes with this operating system.', example: 'Linux' },
    MaxResults: {
      text: 'Maximum number of sandboxes on a page. Without it and without `NextToken`, the answer has all.',
      example: 50,
    },
    NextToken: { text: 'Where the previous page ended.', example: NEXT_TOKEN },
  },
  example: { Status: 'RUNNING', MaxResults: 50 },
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
  failures: ['NoSuchAction', 'Throttled'],
})
