import * as v from 'valibot'
import { Text } from './parameters.ts'

/**
 * The parameter `SandboxId`. A message completes the sentence "<Name> ...".
 *
 * In a file of its own, because esbuild keeps every schema of a module that a bundle imports anything of.
 */
export const SandboxId = v.pipe(Text, v.regex(/^i-[a-z0-9]{1,62}$/, 'must be the id of a sandbox (i-...)'))
