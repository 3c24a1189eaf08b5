// The local cloud of npm start, as it is, with an emulated ECS that runs elsewhere.
import { startLocal } from '../../../infra/local/cloud.ts'
import { serve } from './serve.ts'

const { settings } = JSON.parse(process.argv[2] ?? '{}')
const local = startLocal({ port: 0, cloud: true, auth: 'gateway', settings })

export type Gateway = typeof work
const work = serve({ url: async () => (await local).url })
