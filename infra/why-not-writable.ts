import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'

/** Why nothing can be written to a folder, there or still to be made, in the system's words; undefined: it can. */
export function whyNotWritable(folder: string): string | undefined {
  if (!existsSync(folder)) return whyNotWritable(dirname(folder))
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
