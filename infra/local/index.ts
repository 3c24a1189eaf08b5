import { ConfigError } from '../../shared/config/index.ts'
import { proxyVariable } from '../deploy/serverless-vefaas/proxy.ts'
import { readStartArguments, START_HELP } from './arguments.ts'
import { type Local, startLocal } from './cloud.ts'
import { settingsOf } from './environment.ts'
import { LocalError } from './error.ts'
import { welcome } from './welcome.ts'

try {
  await start()
} catch (error) {
  // People can fix these errors, also those of the system, with the message only.
  const isOfSystem = error instanceof Error && 'syscall' in error
  const isForPeople = error instanceof LocalError || error instanceof ConfigError || isOfSystem
  console.error(isForPeople ? error.message : error)
  process.exit(1)
}

async function start(): Promise<void> {
  // 1. Read the command line.
  const args = readStartArguments(process.argv.slice(2))
  if (args.help) {
    console.log(START_HELP)
    return
  }

  // 2. Stop everything on Ctrl-C from now on. The signal may arrive twice, because npm forwards the one that the terminal has
  //    already sent, and the default action for the second one would cut the stop short.
  let local: Local | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => Promise.resolve(local?.close()).finally(() => process.exit(0)))
  }

  // 3. Start the emulated cloud, and deploy the functions into it.
  const { ecsPort, bootSeconds, fastTimers, desktops, cloud, auth, port } = args
  local = await startLocal({
    ecsPort,
    ecs: { bootSeconds, startSeconds: bootSeconds, stopSeconds: bootSeconds, rebootSeconds: bootSeconds },
    timerSpeed: fastTimers ? 60 : 1,
    desktops,
    cloud,
    settings: settingsOf(process.env, cloud),
    ...(auth && { auth }),
    ...(port !== undefined && { port }),
    ...(args.watch && { onRedeployment: console.log }),
    // On stdout, the lines of functions name their action. On stderr, a line needs the name of its source.
    onLog: (name, line, stream) => (stream === 'stderr' ? console.error(`${name}  ${line}`) : console.log(line)),
  })

  // 4. Print the addresses and some commands to try.
  const proxy = cloud && proxyVariable(process.env)
  if (proxy) console.error(`${proxy} is set, but functions do not use it: they must reach the real ECS directly`)
  console.log(welcome(local, args))
}
