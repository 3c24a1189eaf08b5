import { expect, test } from 'vitest'
import { parseService } from '../service.ts'
import { readArguments } from './arguments.ts'
import { startLocal } from './cloud.ts'
import { welcome } from './welcome.ts'

const service = (events: string) =>
  parseService(`
service: ecs-manager
provider: { name: vefaas, runtime: node20/v1, region: cn-beijing }
functions:
  some-function: { handler: functions/describe-sandboxes/index.handler, events: ${events} }
`)

const timers = [
  "{ timer: { crontab: '*/5 * * * *' } }",
  "{ timer: { crontab: '0 3 * * *', name: nightly } }",
  "{ timer: { crontab: '1 * * * *', name: disabled, enabled: false } }",
].join()

test.each([
  ['', ['  timers         some-function every 5 minutes', '                 some-function at 0 3 * * * UTC']],
  [
    '--fast-timers',
    [
      '  timers         some-function every 5 seconds',
      '                 some-function at 0 3 * * * UTC, a minute in a second',
    ],
  ],
])('the timers that fire, and how often, with "%s"', async (line, expected) => {
  const local = await startLocal({ port: 0, ecs: { port: 0 }, service: service(`[${timers}]`) })
  await local.close()
  const text = welcome(local, readArguments(line.split(' ').filter(Boolean))).split('\n')
  expect(text.slice(4, 7)).toEqual([...expected, ''])
})

test('without timers, nothing about them', async () => {
  const local = await startLocal({ port: 0, ecs: { port: 0 }, service: service('[]') })
  await local.close()
  expect(welcome(local, readArguments([]))).not.toContain('timer')
})
