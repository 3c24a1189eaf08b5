import { expect, test } from 'vitest'
import { frequency } from './frequency.ts'

test.each([
  ['* * * * *', 'every minute', 'every second'],
  ['*/1 * * * *', 'every minute', 'every second'],
  ['*/5 * * * *', 'every 5 minutes', 'every 5 seconds'],
  ['*/5  *  * * *', 'every 5 minutes', 'every 5 seconds'],
  ['0 3 * * *', 'at 0 3 * * * UTC', 'at 0 3 * * * UTC, a minute in a second'],
  ['*/5 9-17 * * *', 'at */5 9-17 * * * UTC', 'at */5 9-17 * * * UTC, a minute in a second'],
])('%s is %s, and fast %s', (crontab, slow, fast) => {
  expect([frequency(crontab, false), frequency(crontab, true)]).toEqual([slow, fast])
})
