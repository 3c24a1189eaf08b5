import * as v from 'valibot'
import { OWNER_MESSAGE, OWNER_PATTERN } from '../../shared/config/callers.ts'
import { integer, OsType, SandboxId, Text } from '../../shared/handler/parameter-schemas.ts'
import { STATUSES } from '../../shared/manager/sandbox/sandbox.ts'

/** The parameters of DescribeSandboxes. */
export const DescribeSandboxesInput = v.object({
  SandboxId: v.optional(v.pipe(SandboxId, v.metadata({ description: 'Only this sandbox.' }))),
  Status: v.optional(
    v.pipe(
      v.picklist(STATUSES, `must be one of ${STATUSES.join(', ')}`),
      v.metadata({ description: 'Only sandboxes in this status.' }),
    ),
  ),
  OsType: v.optional(v.pipe(OsType, v.metadata({ description: 'Only sandboxes with this operating system.' }))),
  Owner: v.optional(
    v.pipe(
      Text,
      v.regex(OWNER_PATTERN, OWNER_MESSAGE),
      v.metadata({
        description: 'Only sandboxes of this owner. For keys that see the sandboxes of all owners.',
        examples: ['planner'],
      }),
    ),
  ),
  MaxResults: v.optional(
    v.pipe(
      integer(1, 100),
      v.metadata({
        description: 'Maximum number of sandboxes on a page. Without it and without `NextToken`, the answer has all.',
        examples: [50],
      }),
    ),
  ),
  NextToken: v.optional(
    v.pipe(
      Text,
      v.regex(/^[\w-]{1,2048}$/, 'must be the NextToken of the page before'),
      v.metadata({ description: 'Where the previous page ended.' }),
    ),
  ),
})
