import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../emulator/cloud.ts'
import { explain } from './advice.ts'
import { deployService, type FunctionsOf, removeService, serviceWith, testClient, watchChanges } from './testing.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
const client = testClient(cloud.url)

beforeEach(() => {
  cloud.vefaas.reset()
  cloud.apig.reset()
})
afterAll(() => cloud.close())

const functions: FunctionsOf = {
  hello: { events: [{ apig: { action: 'Hello', version: '2020-04-01' } }] },
  tidy: { events: [{ timer: { crontab: '*/5 * * * *', payload: { DryRun: true } } }] },
}

describe('a deployment', () => {
  test('to an empty cloud creates everything, and the function serves', async () => {
    expect(await deployService(client, serviceWith(functions))).toEqual([
      'create gateway shop-test serverless, public network; it takes a minute or two',
      'create function shop-test-hello 0.2 kB, 1024 MB, 30 s',
      'create function shop-test-tidy 0.2 kB, 1024 MB, 30 s',
      'create gateway service shop-test public',
      'create upstream shop-test-hello',
      'create route shop-test-hello /?Action=Hello&Version=2020-04-01',
      'create timer tidy of shop-test-tidy */5 * * * *',
    ])
    const response = await fetch(`${cloud.apig.gatewayUrl}/?Action=Hello&Version=2020-04-01`)
    expect(await response.text()).toBe('hello')
  })

  test('repeated without a change does nothing', async () => {
    await deployService(client, serviceWith(functions))
    const changes = watchChanges(cloud)
    expect(await deployService(client, serviceWith(functions))).toEqual([])
    expect(changes()).toEqual([])
  })

  test('with a runtime that the cloud does not have fails with the error of the cloud', async () => {
    const failed = await deployService(client, serviceWith(functions, { runtime: 'node22/v1' })).catch(explain)
    expect(failed).toMatch(
      /^Could not create function shop-test-\w+: CreateFunction was refused\n +code +InvalidParameter \(HTTP 400\)\n +message .*Runtime.*\n(.*\n)* +what to do +correct the setting of serverless.yml that the message names/,
    )
    expect(cloud.vefaas.functions()).toEqual([])
  })

  test('is removed completely', async () => {
    await deployService(client, serviceWith(functions))
    await removeService(client, serviceWith(functions))
    expect(cloud.vefaas.functions()).toEqual([])
    expect(cloud.apig.gateways()).toEqual([])
    expect(await removeService(client, serviceWith(functions))).toEqual([])
  })
})
