import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { describeSandboxes } from '../../shared/manager/describe-sandboxes.ts'
import { openConnection } from '../../shared/manager/open-connection.ts'
import { DescribeSandboxesInput } from './input.ts'

/** Lists all sandboxes, or one page with `MaxResults` or `NextToken`. */
export const handler = action({
  name: 'DescribeSandboxes',
  input: DescribeSandboxesInput,
  run: (request, call) => describeSandboxes(call, request),
  body: ({ sandboxes: Result, NextToken }, ResponseMetadata) => ({ ResponseMetadata, Result, NextToken }),
})

export const initializer = initialize(openConnection)
