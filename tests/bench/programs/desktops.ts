// An emulated ECS whose machines have real desktops, in a process of its own.
import { startCloud } from '../../../infra/emulator/cloud.ts'
import { claimLoopbackBlock } from '../../../infra/emulator/machines/loopback-block.ts'
import { serve } from './serve.ts'

const { vncPort } = JSON.parse(process.argv[2] ?? '{}') as { vncPort: number }
const starting = start()

async function start() {
  const block = await claimLoopbackBlock()
  const cloud = await startCloud({
    ecs: { addressBlock: block.cidr },
    machines: { desktops: { port: vncPort }, onLog: (line) => console.error(line) },
  })
  return { block, cloud }
}

export type Desktops = typeof work
const work = serve({
  url: async () => (await starting).cloud.url,
  /** The address of the only machine. */
  async address() {
    const [machine] = (await starting).cloud.ecs.instances()
    return machine?.NetworkInterfaces[0]?.PrimaryIpAddress ?? ''
  },
  /** Stops all desktops. */
  async close() {
    const { block, cloud } = await starting
    await cloud.close()
    await block.release()
  },
})
