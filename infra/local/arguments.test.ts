import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

test('without any, the defaults', () => {
  expect(readArguments([])).toEqual({
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

test('with all of them', () => {
  const line = '--port 0 --ecs-port=18200 --boot-seconds 0.5 --fast-timers --watch --cloud --auth key'
  expect(readArguments(line.split(' '))).toEqual({
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

test('with desktops', () => {
  expect(readArguments(['--desktops'])).toMatchObject({ desktops: true, cloud: false })
})

test.each([
  ['--desktops --cloud', '--desktops is for emulated machines: those of --cloud have their own'],
  ['--port 65536', '--port must be a number from 0 to 65535'],
  ['--port 80.5', '--port must be a whole number'],
  ['--port http', '--port must be a number from 0 to 65535'],
  ['--ecs-port 0x1', '--ecs-port must be a number from 0 to 65535'],
  ['--boot-seconds=-1', '--boot-seconds must be a number from 0 to 86400'],
  ['--boot-seconds=', '--boot-seconds must be a number from 0 to 86400'],
  ['--auth none', '--auth must be key or gateway'],
  ['--prot 1', "Unknown option '--prot'; npm start -- --help shows what there is"],
  ['8102', "Unexpected argument '8102'"],
  ['--port', "Option '--port <value>' argument missing"],
])('%s is refused in one line', (line, message) => {
  expect(() => readArguments(line.split(' '))).toThrow(
    expect.objectContaining({ name: 'LocalError', message: expect.stringMatching(/^[^\n]*$/) }),
  )
  expect(() => readArguments(line.split(' '))).toThrow(message)
})
