// The local cloud of npm start, as it is, with an emulated ECS that runs elsewhere.
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../../infra/deploy/serverless-vefaas/cloud/client.ts'
import { startLocal } from '../../../infra/local/cloud.ts'
import { credentials } from '../cloud.ts'
import { serve } from './serve.ts'

/** `variables` are those of the process of the function that is measured. */
const { settings, functionName, variables } = JSON.parse(process.argv[2] ?? '{}') as {
  settings: Record<string, string>
  functionName: string
  variables: Record<string, string>
}
const ready = begin()

export type Gateway = typeof work
const work = serve({ url: () => ready })

async function begin(): Promise<string> {
  const local = await startLocal({ port: 0, cloud: true, auth: 'gateway', settings })
  const client = createClient({ endpoint: local.cloud.url, region: 'cn-beijing', credentials })
  type Found = { Items: { Id: string; Envs: { Key: string; Value: string }[] }[] }
  const Filters = [{ Name: 'Name', Values: [functionName] }]
  const { Items } = await client.call<Found>('vefaas', 'ListFunctions', { Filters })
  const [found] = Items
  if (!found || Items.length > 1) throw new Error(`there are ${Items.length} functions ${functionName}`)
  const more = Object.entries(variables).map(([Key, Value]) => ({ Key, Value }))
  await client.call('vefaas', 'UpdateFunction', { Id: found.Id, Envs: [...found.Envs, ...more] })
  await client.call('vefaas', 'Release', { FunctionId: found.Id, RevisionNumber: 0, TargetTrafficWeight: 100 })
  while (await isInProgress(found.Id)) await sleep(20)
  return local.url

  async function isInProgress(FunctionId: string): Promise<boolean> {
    const { Status } = await client.call<{ Status: string }>('vefaas', 'GetReleaseStatus', { FunctionId })
    return Status === 'inprogress'
  }
}
