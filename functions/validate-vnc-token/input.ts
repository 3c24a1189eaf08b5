import * as v from 'valibot'
import { Text } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of ValidateVncToken. The manager checks the format of the token. */
export const ValidateVncTokenInput = v.object({
  Token: v.pipe(
    Text,
    v.metadata({
      description:
        'A token from DescribeSandboxTerminalUrl: the id of the sandbox, a dot, and 43 characters of base64url.',
    }),
  ),
})
