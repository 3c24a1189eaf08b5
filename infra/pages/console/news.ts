import type { Sandbox } from '../common/api.ts'
import type { ConsoleWords } from './words.ts'

/** What has changed from one list to the next, as sentences for who cannot see it move. */
export function news(before: readonly Sandbox[], after: readonly Sandbox[], { news, status }: ConsoleWords): string[] {
  const known = new Map(before.map((sandbox) => [sandbox.SandboxId, sandbox.Status]))
  const sentences = after.flatMap((sandbox) => {
    const old = known.get(sandbox.SandboxId)
    known.delete(sandbox.SandboxId)
    if (old === sandbox.Status) return []
    const now = status[sandbox.Status] ?? sandbox.Status
    return [(old === undefined ? news.appeared : news.changed)(nameOf(sandbox), now)]
  })
  const gone = before.filter(({ SandboxId }) => known.has(SandboxId)).map((sandbox) => news.gone(nameOf(sandbox)))
  return [...sentences, ...gone]
}

/** What people call a sandbox. */
export function nameOf({ InstanceName, SandboxId }: Sandbox): string {
  return InstanceName || SandboxId
}
