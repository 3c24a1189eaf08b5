import { afterAll, expect, test } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import { remove } from './remove.ts'
import { summary } from './summary.ts'
import { contextFor } from './testing.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
afterAll(() => cloud.close())

const context = contextFor(cloud.url, {
  functions: { one: { events: [{ apig: { path: '/a b', header: { 'X-Tenant': 'blue' } } }] } },
})

test('has curl commands without the values of headers, and none without an address', async () => {
  expect(await summary(context)).toEqual([])
  await context.deploy()
  expect(await summary(context)).toContain(`  curl -H "X-Tenant: ..." "${cloud.apig.gatewayUrl}/a%20b"`)
})

test('a removal reports what it keeps, and why', async () => {
  const [gateway] = cloud.apig.gateways() as { Id: string }[]
  const body = { GatewayId: gateway?.Id, Name: 'theirs' }
  await context.client.call('apig', 'CreateConsumer', body)
  await remove(context)
  expect(context.log()).toMatch(/left {5}gateway .* kept: others use it \(consumer theirs\)/)
  const again = contextFor(cloud.url, { functions: {} })
  await remove(again)
  expect(again.log()).toContain('kept: others use it')
  expect(again.log()).not.toContain('nothing to remove')
})

test('a removal of nothing says so', async () => {
  cloud.apig.reset()
  const nothing = contextFor(cloud.url, { functions: {} })
  await remove(nothing)
  expect(nothing.log()).toContain('nothing to remove')
})
