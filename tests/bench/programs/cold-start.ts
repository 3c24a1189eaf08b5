// Loads a function, initializes it and makes its first call, then says on channel 3 how long each took. It is a fresh
// process each time and loads nothing that the function would otherwise have to load itself.
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'

const { file, event } = JSON.parse(process.argv[2] ?? '{}')
const context = { requestId: 'cold-start' }
run()

async function run(): Promise<void> {
  const times = [process.hrtime.bigint()]
  const { initializer, handler } = createRequire(file)(file)
  times.push(process.hrtime.bigint())
  await initializer?.(context)
  times.push(process.hrtime.bigint())
  const { statusCode } = await handler(event, context)
  times.push(process.hrtime.bigint())
  writeSync(3, JSON.stringify({ statusCode, times: times.map(String) }))
  process.exit()
}
