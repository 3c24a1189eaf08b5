import * as v from 'valibot'
import { integer, OsType, SandboxId, Text } from '../../shared/handler/parameter-schemas.ts'
import { STATUSES } from '../../shared/manager/sandbox/sandbox.ts'

/** The parameters of DescribeSandboxes. */
export const DescribeSandboxesInput = v.object({
  SandboxId: v.optional(SandboxId),
  Status: v.optional(v.picklist(STATUSES, `must be one of ${STATUSES.join(', ')}`)),
  OsType: v.optional(OsType),
  MaxResults: v.optional(integer(1, 100)),
  NextToken: v.optional(v.pipe(Text, v.regex(/^[\w-]{1,2048}$/, 'must be the NextToken of the page before'))),
})
