import { ConfigError } from '../../shared/config/index.ts'
import { proxyVariable } from '../vefaas/proxy.ts'
import { help, readArguments } from './arguments.ts'
import { type Local, startLocal } from './cloud.ts'
import { settingsOf } from './environment.ts'
import { LocalError } from './error.ts'
import { welcome } from './welcome.ts'

try {
  await start()
} catch (error) {
  // What people can put right themselves, the system's refusals among it: the message is all they need.
  const isOfSystem = error instanceof Error && 'syscall' in error
  const isForPeople = error instanceof LocalError || error instanceof ConfigError || isOfSystem
  console.error(isForPeople ? error.message : error)
  process.exit(1)
}

async function start(): Promise<void> {
  // 1. What is wanted?
  const wanted = readArguments(process.argv.slice(2))
  if (wanted.help) {
    console.log(help)
    return
  }

  // 2. End all of it on Ctrl-C, from now on. More than once: npm hands on what the terminal has sent already, and the
  //    default would cut the end short.
  let local: Local | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => Promise.resolve(local?.close()).finally(() => process.exit(0)))
  }

  // 3. Start the emulated cloud, and deploy the functions into it.
  const { ecsPort, bootSeconds, fastTimers, desktops, cloud, auth, port } = wanted
  local = await startLocal({
    ecsPort,
    ecs: { bootSeconds },
    timerSpeed: fastTimers ? 60 : 1,
    desktops,
    cloud,
    settings: settingsOf(process.env, cloud),
    ...(auth && { auth }),
    ...(port !== undefined && { port }),
    // A function's own lines say which action they are about; what is on stderr may come from anywhere.
    ...(wanted.watch && { onRedeployment: console.log }),
    onLog: (name, line, stream) => (stream === 'stderr' ? console.error(`${name}  ${line}`) : console.log(line)),
  })

  // 4. Say what there is.
  const proxy = cloud && proxyVariable(process.env)
  if (proxy) console.error(`${proxy} is set, and functions do not use it: they have to reach the real ECS directly`)
  console.log(welcome(local, wanted))
}
