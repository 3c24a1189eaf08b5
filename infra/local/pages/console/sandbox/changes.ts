import type { Sandbox } from '../../common/api.ts'
import type { Language } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'
import { displayName, displayStatus } from './sandbox.ts'
import { formatTime } from './time-left.ts'

/**
 * Describes in sentences what changed between two lists, for screen readers.
 * @param now  in milliseconds since 1970
 */
export function describeChanges(
  before: readonly Sandbox[],
  after: readonly Sandbox[],
  language: Language,
  now: number,
): string[] {
  const { changes, status } = consoleTexts[language]
  const sentences: string[] = []
  const notFound = new Map(before.map((sandbox) => [sandbox.SandboxId, sandbox]))
  for (const sandbox of after) {
    const { SandboxId, Status, ExpireAt } = sandbox
    const old = notFound.get(SandboxId)
    notFound.delete(SandboxId)
    const name = displayName(sandbox)
    const shownStatus = displayStatus(sandbox, now)
    const statusText = status[shownStatus] ?? shownStatus
    if (old === undefined) {
      sentences.push(changes.appeared(name, statusText))
      continue
    }
    if (old.Status !== Status) sentences.push(changes.changed(name, statusText))
    if (old.ExpireAt !== ExpireAt) sentences.push(describeRenewal(name, ExpireAt, language))
  }
  for (const sandbox of notFound.values()) sentences.push(changes.deleted(displayName(sandbox)))
  return sentences
}

function describeRenewal(name: string, expireAt: string | undefined, language: Language): string {
  const { changes } = consoleTexts[language]
  return expireAt === undefined ? changes.renewedForever(name) : changes.renewed(name, formatTime(expireAt, language))
}
