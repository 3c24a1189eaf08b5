/** The name and the code of a function in serverless.yml. Two functions may have the same folder. */
export type FunctionEntry = {
  /** Its key in `functions`. */
  name: string
  /** Its folder in functions/, and in dist/. */
  folder: string
}

export const HANDLER_RULE = 'must be functions/<folder>/index.handler'

/** The folder of a handler; undefined if the handler breaks HANDLER_RULE. */
export function folderOf(handler: unknown): string | undefined {
  return /^functions\/([a-z0-9-]+)\/index\.handler$/.exec(String(handler))?.[1]
}
