import { afterAll, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../shared/config/index.ts'
import { startCloud } from '../emulator/cloud.ts'
import { deployService, type FunctionsOf, serviceWith, testClient } from '../vefaas/testing.ts'
import { readArguments } from './arguments.ts'
import type { Environment } from './environment.ts'
import { configFileOf, localEnvironment } from './stage.ts'
import { welcome } from './welcome.ts'

const cloud = await startCloud()
beforeEach(() => cloud.vefaas.reset())
afterAll(() => cloud.close())

/** What is said of functions that call each other by these events. */
async function welcomeTo(functions: FunctionsOf, line = ''): Promise<string[]> {
  await deployService(testClient(cloud.url), serviceWith(functions))
  return said(line).split('\n')
}

function said(line: string, settings: Environment = {}): string {
  const config = loadConfig({ file: configFileOf({}), env: localEnvironment(settings, cloud.url) })
  const addressBlock = '127.16.0.0/16'
  const local = { url: 'http://127.0.0.1:1', cloud, config, addressBlock, key: undefined, close: cloud.close }
  return welcome(local, readArguments(line.split(' ').filter(Boolean)))
}

const timers: FunctionsOf = {
  'some-function': {
    events: [
      { timer: { crontab: '*/5 * * * *', name: 'often' } },
      { timer: { crontab: '0 3 * * *', name: 'nightly' } },
      { timer: { crontab: '1 * * * *', name: 'disabled', enabled: false } },
    ],
  },
}

test.each([
  ['', ['  timers          often every 5 minutes', '                  nightly at 0 3 * * * UTC']],
  [
    '--fast-timers',
    ['  timers          often every 5 seconds', '                  nightly at 0 3 * * * UTC, a minute in a second'],
  ],
])('the timers that fire, and how often, with "%s"', async (line, expected) => {
  const lines = await welcomeTo(timers, line)
  const first = lines.findIndex((text) => text.startsWith('  timers'))
  expect(lines.slice(first, first + 3)).toEqual([...expected, ''])
})

test('without timers, nothing about them', async () => {
  expect((await welcomeTo({ quiet: {} })).join('\n')).not.toContain('timer')
})

test.each<[line: string, settings: Environment, expected: RegExp]>([
  ['', {}, /^ {2}machines +at addresses of 127\.16\.0\.0\/16\n +Linux +no desktop.*--desktops.*\n +Windows .*8112$/m],
  ['--desktops', {}, /^ +Linux +a desktop, .*5905: what runs in it runs as you.*not fenced off$/m],
  ['', { ECS_MANAGER__WINDOWS__AGENT_SCHEME: 'https' }, /^ +Windows +nothing .*https$/m],
])('what runs in machines, with "%s" and %j', (line, settings, expected) => {
  expect(said(line, settings)).toMatch(expected)
})

test('with real machines, nothing of emulated ones', () => {
  expect(said('--cloud')).not.toContain('  machines ')
})
