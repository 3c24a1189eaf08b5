import { expect, test } from 'vitest'
import type { Client } from './client.ts'
import { EcsManagerError } from './error.ts'
import { Sandboxes } from './sandboxes.ts'

const ID = 'i-1'

const notFound = () => new EcsManagerError('InvalidSandbox.NotFound', 'There is none.', { status: 404 })

/** Sandboxes of a service that gives these answers, one after the other. */
function answering(...answers: unknown[]) {
  const call = (async () => {
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  }) as Client['call']
  return new Sandboxes(call, {})
}

const listOf = (...ids: string[]) => ({ ResponseMetadata: {}, Result: ids.map((SandboxId) => ({ SandboxId })) })

test('a deletion finds that the sandbox is gone while it was CREATING', async () => {
  const creating = new EcsManagerError('InvalidSandboxStatus', 'It is CREATING.', { status: 409 })
  const sandboxes = answering(listOf(ID), creating, listOf())
  expect(await (await sandboxes.get(ID)).delete({ mustExist: true })).toBe(true)
})

test.each([true, false])(
  'a deletion that may have been done before (%s) tells whether the sandbox existed',
  async (done) => {
    const sandbox = await answering(listOf(ID), Object.assign(notFound(), { mayBeDone: done, tries: 2 })).get(ID)
    expect(await sandbox.delete()).toBe(done)
  },
)

test('a sandbox that was RUNNING before its reboot is not ready before it has restarted', async () => {
  const shown = (Status: string) => ({ ResponseMetadata: {}, Result: [{ SandboxId: ID, Status }] })
  const rebooted = { ResponseMetadata: {}, Result: { SandboxId: ID, Status: 'REBOOTING' } }
  const sandbox = await answering(
    ...[shown('RUNNING'), rebooted, shown('RUNNING'), shown('REBOOTING'), shown('RUNNING')],
  ).get(ID)
  await sandbox.reboot()
  const messages: string[] = []
  await sandbox.ready({ desktop: false, onProgress: ({ message }) => messages.push(message) })
  expect(messages).toEqual(['The machine has not restarted yet.', 'The machine is REBOOTING.'])
})

test('a sandbox on two pages is listed once', async () => {
  const sandboxes = answering({ ...listOf('i-1', 'i-2'), NextToken: 'next' }, listOf('i-2', 'i-3'))
  const ids: string[] = []
  for await (const { id } of sandboxes.list()) ids.push(id)
  expect(ids).toEqual(['i-1', 'i-2', 'i-3'])
})
