import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { zip } from '../build/zip.ts'
import type { Artifact } from '../deploy/serverless-vefaas/artifact.ts'
import { configOf } from '../deploy/serverless-vefaas/context.ts'
import type { Osls } from '../deploy/serverless-vefaas/osls.ts'
import { serviceOf } from '../deploy/serverless-vefaas/service.ts'
import { deployService, testClient } from '../deploy/serverless-vefaas/testing.ts'
import { type Local, type LocalOptions, startLocal } from './cloud.ts'
import { projectFolder } from './deploy.ts'
import type { Variables } from './environment.ts'
import { cloudUrl } from './local-api-client.ts'
import { stageSettings } from './stage.ts'

/**
 * `startLocal` for tests of what is deployed, which need no proof of the deployment itself: on free ports, without the
 * serverless command and the bundler, which take more CPU than most of these tests, and with a process only for the
 * functions that are called.
 */
export function startLocalForTests(options: Omit<LocalOptions, 'port'> = {}): Promise<Local> {
  return startLocal({ deploy: deployBundles, loadsCode: false, ...options, port: 0 })
}

/** Deploys the bundles in dist/ as serverless.yml says. */
async function deployBundles(variables: Variables): Promise<void> {
  const { service, provider, functions } = parse(readFileSync(join(projectFolder, 'serverless.yml'), 'utf8'), {
    merge: true,
  })
  const named = Object.entries<{ handler: string }>(functions).map(([key, one]) => [
    key,
    { ...one, name: `${service}-local-${key}` },
  ])
  const stages = { local: await stageSettings('local', variables) }
  const described = { service, provider: { ...provider, stages }, functions: Object.fromEntries(named) }
  const config = configOf({ service: described } as Osls, { stage: 'local' })
  await deployService(testClient(cloudUrl(variables)), serviceOf(config), bundleOf)
}

/** The zip of a function. Its folder is called like its key in serverless.yml. */
function bundleOf(key: string): Artifact {
  const file = (name: string) => readFileSync(join(projectFolder, 'dist', key, name))
  const bytes = Buffer.from(zip({ 'config.toml': file('config.toml'), 'index.js': file('index.js') }))
  return { file: `${key}.zip`, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
