import * as v from 'valibot'

/** The data of the timer. */
export const CleanupInput = v.strictObject({ DryRun: v.optional(v.boolean('must be true or false'), false) })
