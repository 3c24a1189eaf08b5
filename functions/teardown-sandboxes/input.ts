import * as v from 'valibot'
import { invalidParameter, missingParameter } from '../../shared/errors.ts'
import { SandboxId } from '../../shared/handler/sandbox-id.ts'

const reasonRule = 'must be a text of at most 256 characters'

/**
 * What an event says of the sandboxes to end: `SandboxId`, or a list of them as `SandboxIds`, and for the log a `Reason`.
 * Other keys are left alone: an event of a business tells more than this.
 */
export const TeardownInput = v.pipe(
  v.object({
    SandboxId: v.optional(v.custom<string>(isId, 'must be the id of a sandbox (i-...)')),
    SandboxIds: v.optional(v.custom<readonly string[]>(isList, 'must be a list of 1 to 1000 ids of sandboxes (i-...)')),
    Reason: v.optional(v.pipe(v.string(reasonRule), v.maxLength(256, reasonRule))),
  }),
  v.transform(({ SandboxId, SandboxIds, Reason }) => ({ SandboxIds: idsOf(SandboxId, SandboxIds), Reason })),
)

function isId(value: unknown): boolean {
  return v.is(SandboxId, value)
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 1 && value.length <= 1_000 && value.every(isId)
}

function idsOf(one: string | undefined, several: readonly string[] | undefined): readonly string[] {
  if (several === undefined) {
    if (one === undefined) throw missingParameter('SandboxId', ', or a list of them: SandboxIds')
    return [one]
  }
  if (one !== undefined) throw invalidParameter('SandboxIds', 'must not be given beside SandboxId')
  return several
}
