import { expect, test } from 'vitest'
import { EcsManagerError } from './error.ts'
import { wait } from './wait.ts'

const unreachable = new EcsManagerError('Unreachable', 'It cannot be reached.', { isTemporary: true })

test('a wait goes on after a temporary error, and shows it', async () => {
  const results = [{ status: 'RUNNING' as const, message: 'It runs.' }, unreachable, 'done' as const]
  const seen: string[] = []
  await wait({ onProgress: ({ status, message }) => seen.push(`${status} ${message}`) }, 'No', async () => {
    const result = results.shift()
    if (result instanceof Error) throw result
    return result ?? 'done'
  })
  expect(seen).toEqual(['RUNNING It runs.', 'RUNNING It cannot be reached.'])
  expect(results).toEqual([])
})

test('a wait whose time is over during an outage rejects with the error', async () => {
  const fail = () => Promise.reject(unreachable)
  await expect(wait({ timeout: '1s' }, 'No', fail)).rejects.toBe(unreachable)
})

test('a wait ends with any other error', async () => {
  const error = new EcsManagerError('InvalidAccessKey', 'The key is wrong.', { status: 401 })
  let looks = 0
  const fail = () => {
    looks += 1
    return Promise.reject(error)
  }
  await expect(wait({}, 'No', fail)).rejects.toBe(error)
  expect(looks).toBe(1)
})
