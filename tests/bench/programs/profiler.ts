// Loaded ahead of a program: SIGUSR2 starts a CPU profile, a second SIGUSR2 writes it. Costs nothing until then.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { isMainThread } from 'node:worker_threads'

const { BENCH_PROFILES } = process.env
if (isMainThread && BENCH_PROFILES) {
  const session = new Session()
  let isOn = false
  process.on('SIGUSR2', () => {
    if (isOn) session.post('Profiler.stop', (_, { profile }) => write(profile))
    else {
      session.connect()
      session.post('Profiler.enable')
      session.post('Profiler.start')
    }
    isOn = !isOn
  })
}

function write(profile: object): void {
  writeFileSync(`${BENCH_PROFILES}/${process.pid}.cpuprofile`, JSON.stringify(profile))
}
