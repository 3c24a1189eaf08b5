import * as v from 'valibot'

/** What the data of the timer may say. */
export const CleanupInput = v.strictObject({ DryRun: v.optional(v.boolean('must be true or false'), false) })
