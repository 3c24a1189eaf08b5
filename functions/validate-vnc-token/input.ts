import * as v from 'valibot'

/** The parameters of ValidateVncToken. What a token looks like is known to who mints it. */
export const ValidateVncTokenInput = v.object({ Token: v.string() })
