import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEcs } from '../../../infra/emulator/ecs/index.ts'
import { callFor, configFor } from '../../../tests/support/manager.ts'
import { ecsClient } from './client.ts'
import { credentialSource } from './credentials.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'role-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const none = { access_key: '', secret_key: '', session_token: '' }
const configured = { access_key: 'AKFILE', secret_key: 'fake-file', session_token: 'fake-file-session' }

const role = (id: string) => ({
  access_key_id: id,
  secret_access_key: `fake-secret-of-${id}`,
  session_token: `fake-session-of-${id}`,
})

function writeRole(content: unknown, name = 'credential'): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('credentials are found', () => {
  const own = { ECS_MANAGER__VOLCENGINE__ACCESS_KEY: 'AKOWN', ECS_MANAGER__VOLCENGINE__SECRET_KEY: 'fake-own' }
  // The configuration has the environment over the file already.
  const ownConfigured = { access_key: 'AKOWN', secret_key: 'fake-own', session_token: '' }
  const common = { VOLCENGINE_ACCESS_KEY: 'AKCOMMON', VOLCENGINE_SECRET_KEY: 'fake-common' }

  it.each([
    ['in our own variables before all others', ownConfigured, { ...own, ...common }, true, 'AKOWN'],
    ["in VolcEngine's variables before the role", configured, common, true, 'AKCOMMON'],
    ['in the role before the file', configured, {}, true, 'AKROLE'],
    ['in the file when there is nothing else', configured, {}, false, 'AKFILE'],
    ['in the role when there is nothing else', none, {}, true, 'AKROLE'],
    ['nowhere', none, {}, false, undefined],
    ['not in a key without its secret', none, { VOLCENGINE_ACCESS_KEY: 'AKCOMMON' }, false, undefined],
    ['not in empty variables', configured, { VOLCENGINE_ACCESS_KEY: '', VOLCENGINE_SECRET_KEY: '' }, false, 'AKFILE'],
  ])('%s', (_name, file, env, hasRole, expected) => {
    const path = hasRole ? writeRole(role('AKROLE')) : join(folder, 'absent')
    expect(credentialSource(file, env, [path]).current()?.accessKeyId).toBe(expected)
  })

  it('with their session token, and without one where there is none', () => {
    expect(credentialSource(configured, {}, []).current()).toEqual({
      accessKeyId: 'AKFILE',
      secretKey: 'fake-file',
      sessionToken: 'fake-file-session',
    })
    const token = { ...common, VOLCENGINE_SESSION_TOKEN: 'fake-session' }
    expect(credentialSource(none, token, []).current()?.sessionToken).toBe('fake-session')
    // The session token of the file belongs to the key of the file, and to no other.
    expect(credentialSource(configured, common, []).current()?.sessionToken).toBe('')
  })

  it.each([
    ['with underscores', role('AKROLE')],
    [
      'in capitals',
      { AccessKeyId: 'AKROLE', SecretAccessKey: 'fake-secret-of-AKROLE', SessionToken: 'fake-session-of-AKROLE' },
    ],
  ])('in a role file written %s', (_name, content) => {
    expect(credentialSource(none, {}, [writeRole(content)]).current()).toEqual({
      accessKeyId: 'AKROLE',
      secretKey: 'fake-secret-of-AKROLE',
      sessionToken: 'fake-session-of-AKROLE',
    })
  })

  it('in the first role file that exists', () => {
    const files = [join(folder, 'absent'), writeRole(role('AKSECOND'), 'second'), writeRole(role('AKTHIRD'), 'third')]
    expect(credentialSource(none, {}, files).current()?.accessKeyId).toBe('AKSECOND')
  })

  it('where FAAS_IAM_ROLE_CREDENTIAL_PATH points to', () => {
    const env = { FAAS_IAM_ROLE_CREDENTIAL_PATH: writeRole(role('AKROLE')) }
    expect(credentialSource(none, env).current()?.accessKeyId).toBe('AKROLE')
  })

  it.each([
    ['not JSON', '{"access_key_id":'],
    ['empty', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['without a secret', '{"access_key_id":"AKROLE"}'],
  ])('in the file when the role file is %s from the start', (_name, content) => {
    expect(credentialSource(configured, {}, [writeRole(content)]).current()?.accessKeyId).toBe('AKFILE')
  })
})

describe('the role file', () => {
  it('is read again when it changes', () => {
    const path = writeRole(role('AKFIRST'))
    const source = credentialSource(none, {}, [path])
    expect(source.current()?.accessKeyId).toBe('AKFIRST')
    renameSync(writeRole(role('AKNEXT'), 'next'), path)
    expect(source.current()?.accessKeyId).toBe('AKNEXT')
  })

  it('is read again when it is written in place', () => {
    const path = writeRole(role('AKFIRST'))
    const source = credentialSource(none, {}, [path])
    source.current()
    writeRole(role('AKNEXT'))
    utimesSync(path, 1, 1_000_000)
    expect(source.current()?.accessKeyId).toBe('AKNEXT')
  })

  it('is found when it comes later', () => {
    const source = credentialSource(none, {}, [join(folder, 'credential')])
    expect(source.current()).toBeUndefined()
    writeRole(role('AKLATE'))
    expect(source.current()?.accessKeyId).toBe('AKLATE')
  })

  it('stays in use while the next one is half written, and while there is none', () => {
    const path = writeRole(role('AKFIRST'))
    const source = credentialSource(configured, {}, [path])
    source.current()
    writeRole('{"access_key_id":"AKNE')
    expect(source.current()?.accessKeyId).toBe('AKFIRST')
    rmSync(path)
    expect(source.current()?.accessKeyId).toBe('AKFIRST')
    writeRole(role('AKNEXT'))
    expect(source.current()?.accessKeyId).toBe('AKNEXT')
  })

  it('that cannot be looked at is as good as absent', () => {
    const file = writeRole(role('AKROLE'))
    expect(credentialSource(configured, {}, [join(file, 'below')]).current()?.accessKeyId).toBe('AKFILE')
    expect(credentialSource(configured, {}, [join(file, 'below'), file]).current()?.accessKeyId).toBe('AKROLE')
    expect(credentialSource(configured, {}, [folder]).current()?.accessKeyId).toBe('AKFILE')
  })

  it('is not read again while it is the same', () => {
    const source = credentialSource(none, {}, [writeRole(role('AKFIRST'))])
    expect(source.current()).toBe(source.current())
  })

  it('is read when the half that was there is completed', () => {
    const path = writeRole('{"access_key_id":"AKHALF","secr')
    const source = credentialSource(none, {}, [path])
    expect(source.current()).toBeUndefined()
    const { atime, mtime } = statSync(path)
    writeRole(role('AKWHOLE'))
    utimesSync(path, atime, mtime)
    expect(source.current()?.accessKeyId).toBe('AKWHOLE')
  })

  it('is read again after forget, though nothing of it seems to have changed', () => {
    const path = writeRole(role('AKFIRST'))
    utimesSync(path, 1, 1_000)
    const source = credentialSource(none, {}, [path])
    source.current()
    writeRole(role('AKNEXT'))
    utimesSync(path, 1, 1_000)
    expect(source.current()?.accessKeyId).toBe('AKFIRST')
    source.forget()
    expect(source.current()?.accessKeyId).toBe('AKNEXT')
  })
})

describe('after an authentication error', () => {
  const accessKeys = { AKNEXT: 'fake-secret-of-AKNEXT' }

  it.each([
    ['the key is gone', role('AKFIRST'), {}],
    ['the key has another secret', { ...role('AKBOTH'), secret_access_key: 'fake-old' }, { AKBOTH: 'fake-new' }],
  ])('because %s, the role file is read again and the call succeeds', async (_name, first, keys) => {
    const ecs = await startEcs({ accessKeys: { ...accessKeys, ...keys } })
    afterEach(() => ecs.close())
    const path = writeRole(first)
    utimesSync(path, 1, 1_000)
    const source = credentialSource(none, {}, [path])
    expect(source.current()?.accessKeyId).toBe(first.access_key_id)
    writeRole(role('AKNEXT'))
    utimesSync(path, 1, 1_000) // a rotation that the time does not show
    const settings = { endpoint: ecs.url, region: 'cn-beijing', try_timeout_seconds: 10, max_tries: 1 }
    const call = callFor(configFor(ecs.url))
    const answered = ecsClient(settings, source).send(
      'DescribeInstances',
      {},
      call,
      v.object({ TotalCount: v.number() }),
    )
    expect(await answered).toEqual({ TotalCount: 0 })
    expect(ecs.calls.map(({ status }) => status)).toEqual([401, 200])
    expect(call.cloudCalls()).toMatchObject([{ tries: 2, status: 200 }])
  })

  it('a role with the same key id and another secret is tried', async () => {
    const ecs = await startEcs({ accessKeys: { AKROLE: 'fake-new' } })
    const path = writeRole({ ...role('AKROLE'), secret_access_key: 'fake-old' })
    utimesSync(path, 1, 1_000)
    const source = credentialSource(none, {}, [path])
    source.current()
    writeRole({ ...role('AKROLE'), secret_access_key: 'fake-new' })
    utimesSync(path, 1, 1_000)
    const settings = { endpoint: ecs.url, region: 'cn-beijing', try_timeout_seconds: 10, max_tries: 1 }
    await ecsClient(settings, source).send('DescribeInstances', {}, callFor(configFor(ecs.url)), v.unknown())
    expect(ecs.calls.map(({ status }) => status)).toEqual([401, 200])
    await ecs.close()
  })

  it('a role that did not change is not tried a second time', async () => {
    const ecs = await startEcs({ accessKeys })
    const source = credentialSource(none, {}, [writeRole(role('AKFIRST'))])
    const settings = { endpoint: ecs.url, region: 'cn-beijing', try_timeout_seconds: 10, max_tries: 4 }
    const work = ecsClient(settings, source).send('DescribeInstances', {}, callFor(configFor(ecs.url)), v.unknown())
    await expect(work).rejects.toMatchObject({ kind: 'refused', details: { code: 'InvalidAccessKey' } })
    expect(ecs.calls).toHaveLength(1)
    await ecs.close()
  })
})
