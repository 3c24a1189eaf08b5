// An emulated ECS in a process of its own, so that it takes no CPU from what is measured.
import { type EcsOptions, type Seed, startEcs } from '../../../infra/emulator/ecs/index.ts'
import { serve } from './serve.ts'

const { seed, ...options } = JSON.parse(process.argv[2] ?? '{}') as EcsOptions & { seed?: Seeds | Seeds[] }
const starting = startEcs(options)
const ready = renew()
let seen = 0

export type Seeds = { count: number } & Seed
export type Emulator = typeof work
const work = serve({
  async url() {
    await ready
    return (await starting).url
  },
  renew,
  /** How many calls were throttled, in all. */
  async throttled() {
    return (await starting).calls.filter(({ code }) => code === 'FlowLimitExceeded').length
  },
  /** Actions of the calls since the last time it was asked for; a connection opened ahead is not a call. */
  async newCalls() {
    const { calls } = await starting
    const actions = calls.slice(seen).flatMap(({ action }) => (action === '' ? [] : [action]))
    seen = calls.length
    return actions
  },
})

/** Back to the instances of the start. */
async function renew(): Promise<void> {
  const ecs = await starting
  ecs.reset()
  for (const one of [seed ?? []].flat()) ecs.seed(one.count, one)
  seen = 0
}
