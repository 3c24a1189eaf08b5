import * as v from 'valibot'
import { invalidParameter, missingParameter } from '../../shared/errors.ts'
import { SANDBOX_ID_PATTERN } from '../../shared/handler/parameter-schemas.ts'

const LIST_MESSAGE = 'must be a list of 1 to 1000 ids of sandboxes (i-...)'

/**
 * The data of an event: `SandboxId`, or a list of ids as `SandboxIds`, and a `Reason` for the log. Other keys are
 * ignored, because events have other receivers too.
 */
export const TeardownInput = v.pipe(
  v.object({
    SandboxId: v.nullish(
      v.pipe(id('must be the id of a sandbox (i-...)'), v.metadata({ description: 'The sandbox.' })),
    ),
    SandboxIds: v.nullish(
      v.pipe(
        v.array(id(LIST_MESSAGE), LIST_MESSAGE),
        v.minLength(1, LIST_MESSAGE),
        v.maxLength(1_000, LIST_MESSAGE),
        v.metadata({ description: 'Several sandboxes, instead of `SandboxId`.' }),
      ),
    ),
    Reason: v.optional(
      v.pipe(
        v.unknown(),
        v.metadata({
          description: 'A text for the log, which keeps its first 256 characters.',
          examples: ['task 7 is done'],
        }),
      ),
    ),
  }),
  v.metadata({ oneOf: [{ required: ['SandboxId'] }, { required: ['SandboxIds'] }] }),
  v.transform(({ SandboxId, SandboxIds, Reason }) => ({
    SandboxIds: idsOf(SandboxId, SandboxIds),
    // Never an error, because it is only for the log.
    Reason: typeof Reason === 'string' ? Reason.slice(0, 256) : undefined,
  })),
)

function id(message: string) {
  return v.pipe(v.string(message), v.regex(SANDBOX_ID_PATTERN, message))
}

function idsOf(one: string | null | undefined, several: readonly string[] | null | undefined): readonly string[] {
  if (!several) {
    if (!one) throw missingParameter('SandboxId', ', or a list of them: SandboxIds')
    return [one]
  }
  if (one) throw invalidParameter('SandboxIds', 'must not be given beside SandboxId')
  return several
}
