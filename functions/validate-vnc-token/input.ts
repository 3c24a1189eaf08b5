import * as v from 'valibot'
import { Text } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of ValidateVncToken. The manager checks the format of the token. */
export const ValidateVncTokenInput = v.object({ Token: Text })
