import { afterAll, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../shared/config/index.ts'
import { deployService, type FunctionsOf, serviceWith, testClient } from '../deploy/serverless-vefaas/testing.ts'
import { startCloud } from '../emulator/cloud.ts'
import { readStartArguments } from './arguments.ts'
import type { Variables } from './environment.ts'
import { configFileOf, localEnvironment } from './stage.ts'
import { welcome } from './welcome.ts'

const cloud = await startCloud()
beforeEach(() => cloud.vefaas.reset())
afterAll(() => cloud.close())

/** The output for functions with these events. */
async function welcomeTo(functions: FunctionsOf, line = ''): Promise<string[]> {
  await deployService(testClient(cloud.url), serviceWith(functions))
  return outputFor(line).split('\n')
}

function outputFor(line: string, settings: Variables = {}): string {
  const config = loadConfig({ file: configFileOf({}), env: localEnvironment(settings, cloud.url) })
  const addressBlock = '127.16.0.0/16'
  const local = { url: 'http://127.0.0.1:1', cloud, config, addressBlock, key: undefined, close: cloud.close }
  return welcome(local, readStartArguments(line.split(' ').filter(Boolean)))
}

const timers: FunctionsOf = {
  'some-function': {
    events: [
      { timer: { crontab: '*/5 * * * *', name: 'often' } },
      { timer: { crontab: '* * * * *', name: 'always' } },
      { timer: { crontab: '*/1 * * * *', name: 'also-always' } },
      { timer: { crontab: '0 3 * * *', name: 'nightly' } },
      { timer: { crontab: '*/5 9-17 * * *', name: 'daily' } },
      { timer: { crontab: '1 * * * *', name: 'disabled', enabled: false } },
    ],
  },
}

test.each([
  [
    '',
    [
      '  timers          often every 5 minutes',
      '                  always every minute',
      '                  also-always every minute',
      '                  nightly at 0 3 * * * UTC',
      '                  daily at */5 9-17 * * * UTC',
    ],
  ],
  [
    '--fast-timers',
    [
      '  timers          often every 5 seconds',
      '                  always every second',
      '                  also-always every second',
      '                  nightly at 0 3 * * * UTC, a minute in a second',
      '                  daily at */5 9-17 * * * UTC, a minute in a second',
    ],
  ],
])('the enabled timers, with "%s"', async (line, expected) => {
  const lines = await welcomeTo(timers, line)
  const first = lines.findIndex((text) => text.startsWith('  timers'))
  expect(lines.slice(first, first + 6)).toEqual([...expected, ''])
})

test('no timers', async () => {
  expect((await welcomeTo({ quiet: {} })).join('\n')).not.toContain('timer')
})

test.each<[line: string, settings: Variables, expected: RegExp]>([
  [
    '',
    {},
    /^ {2}machines +at addresses of 127\.16\.0\.0\/16\n +Linux +no desktop; --desktops gives it a real one\n +Windows .*8112$/m,
  ],
  ['--desktops', {}, /^ +Linux +a desktop, .*5905: its programs run as you, .*without isolation$/m],
  ['', { ECS_MANAGER__WINDOWS__AGENT_SCHEME: 'https' }, /^ +Windows +nothing: .*https$/m],
])('the programs of machines, with "%s" and %j', (line, settings, expected) => {
  expect(outputFor(line, settings)).toMatch(expected)
})

test('the configured keys, with their rights', () => {
  const keys = {
    everything: 'key-that-may-do-everything',
    planner: { key: 'key-of-the-planner', actions: ['read', 'lifecycle'] },
    frontend: { key: 'key-of-the-frontend', actions: ['read', 'use'], owner: 'planner' },
    operator: { key: 'key-of-the-operator', actions: ['read'], owner: 'all' },
  }
  const settings = { ECS_MANAGER__SECURITY__AUTH: 'key', ECS_MANAGER__SECURITY__KEYS: JSON.stringify(keys) }
  const [line] = /^ {2}keys .*$/m.exec(outputFor('', settings)) ?? []
  expect(line).toBe(
    '  keys            everything, planner (read, lifecycle; its own sandboxes), ' +
      'frontend (read, use; sandboxes of planner), operator (read; sandboxes of all owners)',
  )
  expect(outputFor('', settings)).not.toContain('key-of-')
})

test('no emulated machines with --cloud', () => {
  expect(outputFor('--cloud')).not.toContain('  machines ')
})
