import * as v from 'valibot'
import { invalidParameter, missingParameter } from '../../shared/errors.ts'
import { SandboxId } from '../../shared/handler/parameter-schemas.ts'

/**
 * The data of an event: `SandboxId`, or a list of ids as `SandboxIds`, and a `Reason` for the log. Other keys are
 * ignored, because events have other receivers too.
 */
export const TeardownInput = v.pipe(
  v.object({
    SandboxId: v.nullish(v.custom<string>(isId, 'must be the id of a sandbox (i-...)')),
    SandboxIds: v.nullish(v.custom<readonly string[]>(isList, 'must be a list of 1 to 1000 ids of sandboxes (i-...)')),
    Reason: v.optional(v.unknown()),
  }),
  v.transform(({ SandboxId, SandboxIds, Reason }) => ({
    SandboxIds: idsOf(SandboxId, SandboxIds),
    // Never an error, because it is only for the log.
    Reason: typeof Reason === 'string' ? Reason.slice(0, 256) : undefined,
  })),
)

function isId(value: unknown): boolean {
  return v.is(SandboxId, value)
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 1 && value.length <= 1_000 && value.every(isId)
}

function idsOf(one: string | null | undefined, several: readonly string[] | null | undefined): readonly string[] {
  if (!several) {
    if (!one) throw missingParameter('SandboxId', ', or a list of them: SandboxIds')
    return [one]
  }
  if (one) throw invalidParameter('SandboxIds', 'must not be given beside SandboxId')
  return several
}
