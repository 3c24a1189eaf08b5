import { expect, test } from 'vitest'
import { readStartArguments } from './arguments.ts'

test('the defaults', () => {
  expect(readStartArguments([])).toEqual({
    help: false,
    port: undefined,
    ecsPort: 18_103,
    bootSeconds: 3,
    fastTimers: false,
    desktops: false,
    watch: false,
    cloud: false,
    auth: undefined,
  })
})

test('all options', () => {
  const line = '--port 0 --ecs-port=18200 --boot-seconds 0.5 --fast-timers --watch --cloud --auth key'
  expect(readStartArguments(line.split(' '))).toEqual({
    help: false,
    port: 0,
    ecsPort: 18_200,
    bootSeconds: 0.5,
    fastTimers: true,
    desktops: false,
    watch: true,
    cloud: true,
    auth: 'key',
  })
})

test('--desktops', () => {
  expect(readStartArguments(['--desktops'])).toMatchObject({ desktops: true, cloud: false })
})

test.each([
  ['--desktops --cloud', '--desktops is only for emulated machines, not for those of --cloud'],
  ['--port 65536', '--port is "65536", not a port from 0 to 65535'],
  ['--port 80.5', '--port is "80.5", not a port from 0 to 65535'],
  ['--port http', '--port is "http", not a port from 0 to 65535'],
  ['--ecs-port 0x1', '--ecs-port is "0x1", not a port from 0 to 65535'],
  ['--boot-seconds=-1', '--boot-seconds is "-1", not a number from 0 to 86400'],
  ['--boot-seconds=', '--boot-seconds is "", not a number from 0 to 86400'],
  ['--auth none', '--auth must be key or gateway'],
  ['--prot 1', "Unknown option '--prot'; npm start -- --help lists the options"],
  ['8102', "Unexpected argument '8102'"],
  ['--port', "Option '--port <value>' argument missing"],
])('%s is refused in one line', (line, message) => {
  expect(() => readStartArguments(line.split(' '))).toThrow(
    expect.objectContaining({ name: 'LocalError', message: expect.stringMatching(/^[^\n]*$/) }),
  )
  expect(() => readStartArguments(line.split(' '))).toThrow(message)
})
