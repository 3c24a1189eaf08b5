import type { Sandbox } from '../common/api.ts'
import type { Language } from '../common/language.ts'
import { nameOf } from './sandbox.ts'
import { clockTime } from './time-left.ts'
import { words } from './words.ts'

/** What has changed from one list to the next, as sentences for who cannot see it move. */
export function news(before: readonly Sandbox[], after: readonly Sandbox[], language: Language): string[] {
  const { news, status } = words[language]
  const known = new Map(before.map((sandbox) => [sandbox.SandboxId, sandbox]))
  const sentences = after.flatMap((sandbox) => {
    const { SandboxId, Status, ExpireAt } = sandbox
    const old = known.get(SandboxId)
    known.delete(SandboxId)
    const name = nameOf(sandbox)
    const inWords = status[Status] ?? Status
    if (old === undefined) return news.appeared(name, inWords)
    return [
      ...(old.Status === Status ? [] : [news.changed(name, inWords)]),
      ...(old.ExpireAt === ExpireAt ? [] : [renewal(name, ExpireAt, language)]),
    ]
  })
  const gone = before.filter(({ SandboxId }) => known.has(SandboxId)).map((sandbox) => news.gone(nameOf(sandbox)))
  return [...sentences, ...gone]
}

function renewal(name: string, end: string | undefined, language: Language): string {
  const { news } = words[language]
  return end === undefined ? news.renewedForever(name) : news.renewed(name, clockTime(end, language))
}
