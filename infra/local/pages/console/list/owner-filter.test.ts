import { expect, test } from 'vitest'
import type { Sandbox } from '../../common/api.ts'
import { hasOwner, ownerChoices, ownerOfChoice } from './owner-filter.ts'

const of = (...owners: (string | undefined)[]): Sandbox[] =>
  owners.map((Owner, at) => ({
    SandboxId: `i-${at}`,
    Status: 'RUNNING',
    OsType: 'Linux',
    InstanceTypeId: 'ecs.g3i.large',
    ...(Owner && { Owner }),
  }))

test('there is a choice only between several owners', () => {
  expect(ownerChoices([])).toEqual([])
  expect(ownerChoices(of('planner', 'planner'))).toEqual([])
  expect(ownerChoices(of(undefined, undefined))).toEqual([])
  expect(ownerChoices(of('planner', 'all', 'planner'))).toEqual(['all', 'owner:all', 'owner:planner'])
  expect(ownerChoices(of(undefined, 'planner'))).toEqual(['all', 'owner:planner', 'nobody'])
})

test('a choice selects the sandboxes of its owner', () => {
  const list = of('planner', undefined, 'all')
  const selected = (choice: Parameters<typeof hasOwner>[1]) =>
    list.filter((sandbox) => hasOwner(sandbox, choice)).map(({ SandboxId }) => SandboxId)
  expect(selected('all')).toEqual(['i-0', 'i-1', 'i-2'])
  expect(selected('owner:planner')).toEqual(['i-0'])
  expect(selected('owner:all')).toEqual(['i-2'])
  expect(selected('nobody')).toEqual(['i-1'])
})

test('the name of a choice', () => {
  expect(['all', 'nobody', 'owner:planner'].map((choice) => ownerOfChoice(choice as 'all'))).toEqual([
    undefined,
    undefined,
    'planner',
  ])
})
