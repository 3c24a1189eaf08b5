import * as v from 'valibot'
import type { Rule } from '../../shared/config/rules.ts'
import { SANDBOX_ID_PATTERN, Text } from '../../shared/handler/parameter-schemas.ts'

// Arguments of more than one tool.

/** The sandbox that a tool acts on. */
export const SandboxIdArgument = v.optional(
  v.pipe(
    Text,
    v.regex(SANDBOX_ID_PATTERN, 'must be the id of a sandbox (i-...)'),
    v.metadata({ description: 'The sandbox. May be left out if you have exactly one.' }),
  ),
)

/** A text with a pattern of shared/config/rules.ts. */
export function text([pattern, message]: Rule, description: string) {
  return v.optional(v.pipe(Text, v.regex(pattern, message), v.metadata({ description })))
}
