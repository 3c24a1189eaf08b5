import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const project = join(import.meta.dirname, '..')
const readme = readFileSync(join(project, 'README.md'), 'utf8')

/** Texts in quotes that are names of actions, in the sources of a folder. */
function actionsIn(folder: string, { source }: RegExp): string[] {
  const all = readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
  const files = all.filter((file) => file.endsWith('.ts') && !/test(ing)?\.ts$/.test(file))
  const names = files.flatMap((file) =>
    [...readFileSync(join(project, folder, file), 'utf8').matchAll(new RegExp(`'(${source})'`, 'g'))].map(
      ([, name = '']) => name,
    ),
  )
  return [...new Set(names)].sort()
}

/** The actions of a service in the policy that allows this one. */
function permitted(service: string, policyWith: string): string[] {
  const policies = readme.match(/\{ "Statement": .*?\] \}\] \}/gs) ?? []
  const [policy = '', ...others] = policies.filter((text) => text.includes(`"${policyWith}"`))
  expect(others).toEqual([])
  return [...policy.matchAll(new RegExp(`"${service}:(\\w+)"`, 'g'))].map(([, name = '']) => name).sort()
}

test('the policy of who deploys names every action that a deployment calls, and no other', () => {
  const called = actionsIn('infra/vefaas', /(Get|List|Check|Create|Update|Delete|Gen)[A-Z]\w+|Release/)
  // The actions on triggers differ in their verb alone, and are put together.
  const onTriggers = ['Timer', 'KafkaTrigger'].flatMap((kind) =>
    ['Create', 'Update', 'Delete'].map((verb) => verb + kind),
  )
  const wanted = [...new Set([...called, ...onTriggers])].sort()
  const [vefaas, apig, ecs] = ['vefaas', 'apig', 'ecs'].map((service) => permitted(service, 'vefaas:Release'))
  expect([...(vefaas ?? []), ...(apig ?? [])].sort()).toEqual(wanted)
  expect(ecs).toEqual(actionsIn('infra/guard', /(Run|Describe|Delete)[A-Z]\w+/))
})

test('the policy of the functions names every action of ECS that they call, and no other', () => {
  const called = actionsIn('shared/manager', /(Run|Describe|Delete)[A-Z]\w+|(Tag|Untag)Resources/)
  expect(permitted('ecs', 'ecs:RunInstances')).toEqual(called)
})
