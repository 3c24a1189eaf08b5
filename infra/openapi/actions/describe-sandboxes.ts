import { DescribeSandboxesInput } from '../../../functions/describe-sandboxes/input.ts'
import { SANDBOX_ID } from '../examples.ts'
import { RUNNING_SANDBOX, refTo } from '../results.ts'
import { actionWords } from '../words.ts'

const NEXT_TOKEN = 'dTAtMTAw'

export const describeSandboxes = actionWords({
  tag: 'Sandboxes',
  input: DescribeSandboxesInput,
  summary: 'List sandboxes',
  text: `Lists all sandboxes, however many there are; or those that the parameters ask for. An id that is unknown gives an empty list.

With \`MaxResults\` or \`NextToken\` it answers one page, and \`NextToken\` beside \`Result\`. A page may hold fewer than asked for, even none: only an empty \`NextToken\` is the end.`,
  parameters: {
    SandboxId: { text: 'Only this sandbox.', example: SANDBOX_ID },
    Status: { text: 'Only sandboxes in this status.', example: 'RUNNING' },
    OsType: { text: 'Only sandboxes with this operating system.', example: 'Linux' },
    MaxResults: {
      text: 'Most sandboxes on a page. Without it, and without `NextToken`, all are answered.',
      example: 50,
    },
    NextToken: { text: 'Where the page before has ended.', example: NEXT_TOKEN },
  },
  example: { Status: 'RUNNING', MaxResults: 50 },
  answer: {
    properties: {
      Result: { type: 'array', items: refTo('Sandbox') },
      NextToken: {
        type: 'string',
        pattern: '^[\\w-]*$',
        description: 'Of the next page; empty at the end; absent where all are listed.',
      },
    },
    required: ['Result'],
    examples: {
      'All sandboxes': { Result: [RUNNING_SANDBOX] },
      'One page': { Result: [RUNNING_SANDBOX], NextToken: NEXT_TOKEN },
      'No such sandbox': { Result: [] },
    },
  },
  refusals: ['NoSuchAction', 'Throttled'],
})
