// An emulated ECS in a process of its own, so that it takes no CPU from what is measured.
import { type EcsOptions, type Seed, startEcs } from '../../../infra/emulator/ecs/index.ts'
import { serve } from './serve.ts'

const { seed, ...options } = JSON.parse(process.argv[2] ?? '{}') as EcsOptions & { seed?: { count: number } & Seed }
const ecs = startEcs(options)
const ready = ecs.then(({ seed: put }) => {
  if (seed) put(seed.count, seed)
})

export type Emulator = typeof work
const work = serve({
  async url() {
    await ready
    return (await ecs).url
  },
  /** Ids of all instances. */
  ids: async () => (await ecs).instances().map(({ InstanceId }) => InstanceId),
  /** Actions of the calls since the last time it was asked for; a connection opened ahead is not a call. */
  async newCalls() {
    const { calls } = await ecs
    const actions = calls.slice(seen).flatMap(({ action }) => (action === '' ? [] : [action]))
    seen = calls.length
    return actions
  },
})

let seen = 0
