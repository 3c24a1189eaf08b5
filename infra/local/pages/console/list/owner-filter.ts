import type { Sandbox } from '../../common/api.ts'

/** The choice of a list's sandboxes by owner: of all owners, of nobody, or of one. */
export type OwnerChoice = 'all' | 'nobody' | `owner:${string}`

/** Returns the choices that tell the sandboxes of a list apart. Empty if they all have the same owner, or none. */
export function ownerChoices(list: readonly Sandbox[]): OwnerChoice[] {
  const choices = new Set(list.map(choiceOf))
  if (choices.size < 2) return []
  const owners = [...choices].filter((choice) => choice !== 'nobody').sort()
  return ['all', ...owners, ...(choices.has('nobody') ? (['nobody'] as const) : [])]
}

export function hasOwner(sandbox: Sandbox, choice: OwnerChoice): boolean {
  return choice === 'all' || choiceOf(sandbox) === choice
}

/** Returns the name of the owner; undefined if the choice is not one owner. */
export function ownerOfChoice(choice: OwnerChoice): string | undefined {
  return choice.startsWith('owner:') ? choice.slice('owner:'.length) : undefined
}

function choiceOf({ Owner }: Sandbox): OwnerChoice {
  return Owner === undefined ? 'nobody' : `owner:${Owner}`
}
