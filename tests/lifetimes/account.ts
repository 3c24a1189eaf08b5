import type { EcsEmulator, Seed } from '../../infra/emulator/ecs/index.ts'
import { TAG } from '../support/service.ts'
import type { Settings } from './settings.ts'
import { END_TAG, OWNER_TAG, STOPPED_BY_TAG, TOKEN_PREFIX, toUtc } from './truth.ts'

/** What stands in the account from the beginning: machines of others, and sandboxes that other tools have made. */
export function fill(ecs: EcsEmulator, { project_name }: Settings): void {
  const past = { [END_TAG]: '2026-11-01T00:00:00Z' }
  const token = { [`${TOKEN_PREFIX}aaaaaaaaaaaaaaaa`]: `${'a'.repeat(43)}:1764000000:new` }
  const project = project_name === '' ? {} : { projectName: project_name }
  const foreign: Seed[] = [
    {},
    { status: 'ERROR' },
    { status: 'STOPPED', tags: { ...past, [STOPPED_BY_TAG]: 'CleanupSandboxes' } },
    { tags: { ...past, ...token } },
    { tags: { ...past, 'managed-by': 'somebody-else', [OWNER_TAG]: 'alice' } },
    { tags: { 'managed-by': 'ecs-manager-2', ...past }, status: 'ERROR' },
    { tags: { 'Managed-By': 'ecs-manager', ...past }, status: 'CREATING' },
  ].map((seed) => ({ ...project, ...seed }) as Seed)
  if (project_name !== '')
    foreign.push({ tags: { ...TAG, ...past, ...token }, projectName: 'other' }, { tags: TAG, status: 'ERROR' })
  const unmarked: Seed[] = [
    { tags: TAG },
    { tags: TAG, status: 'STOPPED' },
    { tags: TAG, status: 'ERROR' },
    { tags: { ...TAG, [END_TAG]: 'tomorrow' } },
    { tags: { ...TAG, [END_TAG]: '2026-02-30T00:00:00Z' } },
    { tags: { ...TAG, [END_TAG]: '0001-01-01T00:00:00Z' } },
    { tags: { ...TAG, [END_TAG]: '1970-01-01T00:00:01Z' } },
    { tags: { ...TAG, [END_TAG]: 'never' } },
    { tags: { ...TAG, [END_TAG]: toUtc(Date.now() + 900_000) ?? '' } },
    { tags: { ...TAG, [END_TAG]: toUtc(Date.now() + 1_200_000) ?? '' }, status: 'STOPPED' },
    { tags: { ...TAG, [OWNER_TAG]: 'alice', [END_TAG]: toUtc(Date.now() + 1_500_000) ?? '' } },
    { tags: { ...TAG, [OWNER_TAG]: 'team', [END_TAG]: toUtc(Date.now() + 1_500_000) ?? '' } },
    { tags: { ...TAG, [OWNER_TAG]: 'boss' }, status: 'STOPPED' },
    { tags: { ...TAG, [OWNER_TAG]: 'team-1' } },
  ].map((seed) => ({ ...project, ...seed }) as Seed)
  for (const seed of [...foreign, ...unmarked]) ecs.seed(1, seed)
}
