import * as v from 'valibot'
import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { OsType, wholeNumber } from '../../shared/handler/parameters.ts'
import { SandboxId } from '../../shared/handler/sandbox-id.ts'
import { openConnection } from '../../shared/manager/cloud.ts'
import { describeSandboxes } from '../../shared/manager/describe.ts'
import { STATUSES } from '../../shared/manager/sandbox.ts'

/** Lists sandboxes: all of them, or one page where `MaxResults` or `NextToken` is given. */
export const handler = action({
  name: 'DescribeSandboxes',
  input: v.object({
    SandboxId: v.optional(SandboxId),
    Status: v.optional(v.picklist(STATUSES, `must be one of ${STATUSES.join(', ')}`)),
    OsType: v.optional(OsType),
    MaxResults: v.optional(wholeNumber(1, 100)),
    NextToken: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,2048}$/, 'must be the NextToken of the page before'))),
  }),
  run: (request, call) => describeSandboxes(call, request),
  body: ({ sandboxes: Result, NextToken }, ResponseMetadata) => ({ ResponseMetadata, Result, NextToken }),
})

export const initializer = initialize(openConnection)
