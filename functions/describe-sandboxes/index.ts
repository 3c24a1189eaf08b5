import { toRights } from '../../shared/config/callers.ts'
import { action } from '../../shared/handler/action.ts'
import { describeSandboxes } from '../../shared/manager/describe-sandboxes.ts'
import { DescribeSandboxesInput } from './input.ts'

/** Lists all sandboxes, or one page with `MaxResults` or `NextToken`. */
export const handler = action({
  name: 'DescribeSandboxes',
  input: DescribeSandboxesInput,
  run: (request, call) => describeSandboxes(call, request),
  body: ({ sandboxes: Result, NextToken }, metadata, caller) => ({
    ResponseMetadata: { ...metadata, Caller: toRights(caller) },
    Result,
    NextToken,
  }),
})

export { initializer } from '../../shared/manager/initializer.ts'
