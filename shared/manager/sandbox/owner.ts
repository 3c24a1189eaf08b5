import type { Caller } from '../../config/callers.ts'
import type { Instance, Tag } from '../ecs/instances.ts'
import { tagOf } from './lifetime.ts'

/** Key of the tag with the owner of a sandbox. The call that creates the machine writes it. */
export const OWNER_TAG = 'ecs-manager:owner'

/** Whose sandbox it is; undefined if it belongs to nobody. */
export function ownerOf(instance: Pick<Instance, 'tags'>): string | undefined {
  return tagOf(instance, OWNER_TAG)
}

/** The tag of a sandbox that the caller creates: none if the caller has no name. */
export function ownerTags({ owner }: Caller): Tag[] {
  return owner === undefined ? [] : [{ Key: OWNER_TAG, Value: owner }]
}

/** The owner whose sandboxes the caller sees; undefined if it sees those of all owners. */
export function visibleOwner({ seesAll, owner = '' }: Caller): string | undefined {
  return seesAll ? undefined : owner
}

/** Whether the caller sees the sandbox. To others it does not exist. */
export function isVisibleTo(caller: Caller, instance: Pick<Instance, 'tags'>): boolean {
  return caller.seesAll || (caller.owner !== undefined && ownerOf(instance) === caller.owner)
}
