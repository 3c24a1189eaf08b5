import { expect, it } from 'vitest'
import { help, readArguments } from './arguments.ts'

it('has defaults', () => {
  const { cloud, ...others } = readArguments([])
  expect(others).toEqual({ help: false, accessKey: 'AKLOCAL', secretKey: 'local-secret', seed: 0 })
  expect(cloud).toMatchObject({
    port: 18_103,
    latencyMs: 0,
    ecs: {
      bootSeconds: 0,
      quota: 100_000,
      rateLimit: undefined,
      settings: { EconomicalModeAdmitted: true, EconomicalModeByDefault: false, NotApplicableTypes: [] },
    },
    vefaas: { releaseSeconds: 0, timerSpeed: 1 },
    apig: { gatewayPort: 8102, gatewaySeconds: 0 },
  })
})

it('reads each option of the help', () => {
  const named = [...help.matchAll(/^ {2}(--[\w-]+)( <\w+>)?/gm)].flatMap(([, name = '', value], index) =>
    value ? [name, String(index + 1)] : [name],
  )
  const rateLimit = { perSecond: 13, burst: 10 }
  const common = { accessKeys: { 3: '4' }, rateLimit }
  expect(readArguments(named)).toEqual({
    help: true,
    accessKey: '3',
    secretKey: '4',
    seed: 20,
    cloud: {
      port: 1,
      latencyMs: 12,
      ecs: {
        ...common,
        bootSeconds: 5,
        startSeconds: 6,
        stopSeconds: 7,
        rebootSeconds: 8,
        deleteSeconds: 9,
        quota: 15,
        addressBlock: '16',
        settings: { EconomicalModeAdmitted: false, EconomicalModeByDefault: true, NotApplicableTypes: ['19'] },
      },
      vefaas: { ...common, releaseSeconds: 10, timerSpeed: 14 },
      apig: { ...common, gatewayPort: 2, gatewaySeconds: 11 },
    },
  })
})

it.each([
  ['--prot 1', "Unknown option '--prot'"],
  ['--port -1', "Option '--port' argument is ambiguous"],
  ['--port=-1', '--port is "-1", not a port from 0 to 65535'],
  ['--port 70000', '--port is "70000", not a port from 0 to 65535'],
  ['--gateway-port 1.5', '--gateway-port is "1.5", not a port from 0 to 65535'],
  ['--boot-seconds soon', '--boot-seconds is "soon", not a number of 0 or more'],
  ['extra', "Unexpected argument 'extra'"],
])('refuses %s', (line, message) => {
  expect(() => readArguments(line.split(' '))).toThrow(message)
})
