import * as v from 'valibot'
import { Text } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of ValidateVncToken. What a token looks like is known to who mints it. */
export const ValidateVncTokenInput = v.object({ Token: Text })
