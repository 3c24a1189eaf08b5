/** A function of serverless.yml, as far as its code is concerned. Two functions may have the same folder. */
export type FunctionEntry = {
  /** Its key below `functions`. */
  name: string
  /** The folder below functions/, and below dist/. */
  folder: string
}

export const HANDLER_RULE = 'must be functions/<folder>/index.handler'

/** The folder of a handler; undefined where HANDLER_RULE is broken. */
export function folderOf(handler: unknown): string | undefined {
  return /^functions\/([a-z0-9-]+)\/index\.handler$/.exec(String(handler))?.[1]
}
