import { help, readArguments } from './arguments.ts'
import { startCloud } from './cloud.ts'

main().catch((error: Error & { code?: string; port?: number }) => {
  const inUse = `port ${error.port} is in use; choose another with --port or --gateway-port (0 takes a free one)`
  const message = error.code === 'EADDRINUSE' ? inUse : error.message.replaceAll('\n', ' ')
  process.stderr.write(`emulator: ${message}\n`)
  process.exitCode = 1
})

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2))
  if (args.help) {
    process.stdout.write(help)
    return
  }
  const onLog = (name: string, line: string) => process.stdout.write(`${name}  ${line}\n`)
  const cloud = await startCloud({ ...args.cloud, vefaas: { ...args.cloud.vefaas, onLog } })
  cloud.ecs.seed(args.seed)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void cloud.close())
  process.stdout.write(`Emulated VolcEngine: ECS, veFaaS and APIG, any region

  endpoint     ${cloud.url}
  gateway      ${cloud.apig.gatewayUrl}   for the first gateway that is created
  access key   ${args.accessKey}
  secret key   ${args.secretKey}

Deploy to it:
  ECS_MANAGER_LOCAL_CLOUD=${cloud.url} npx serverless deploy --stage local
Show resources:
  curl ${cloud.url}/_emulator/instances
  curl ${cloud.url}/_emulator/vefaas/functions
  curl ${cloud.url}/_emulator/apig/routes
Script a fault, e.g. throttle the next 2 calls of ECS:
  curl ${cloud.url}/_emulator/faults -H 'Content-Type: application/json' -d '{"Kind":"Throttle","Times":2}'

ready ${cloud.url}
`)
}
