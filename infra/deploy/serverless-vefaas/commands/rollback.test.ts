import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import { explain } from '../advice.ts'
import type { Options } from '../osls.ts'
import { rollback } from './rollback.ts'
import { contextFor, createProject } from './testing.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
afterAll(() => cloud.close())

const text = (said: string) => `exports.handler = async () => ({ body: '${said}' })`

const contextWith = (said: string, options: Options = {}, environment: Record<string, string> = {}) =>
  contextFor(
    cloud.url,
    { functions: { one: { environment, events: [{ apig: { path: '/' } }] } }, code: { one: text(said) } },
    { function: 'one', ...options },
  )

const says = async () => (await fetch(cloud.apig.gatewayUrl)).text()

/** Three revisions; the last one serves. */
beforeEach(async () => {
  cloud.vefaas.reset()
  cloud.apig.reset()
  for (const said of ['first', 'second', 'third']) await contextWith(said).deploy()
})

/** Times and hashes differ in each run. */
const shown = (lines: string) =>
  lines
    .replace(/\d{4}-\d\d-\d\dT\S+/g, '<time>')
    .replace(/code [\da-f]{12}/g, 'code <hash>')
    .replace(/\d\.\d s/g, '<s>')

test('serves the previous revision again, until the next deployment', async () => {
  const context = contextWith('third', { stage: 'test' })
  await rollback(context)
  expect(await says()).toBe('second')
  expect(shown(context.log())).toBe(`Rolling shop-test-one back to revision 2: <time>  code <hash>

  updated  function         shop-test-one  revision 3 -> 2  (<s>)

Its memory, timeout and variables are those of that revision too. The next serverless deploy --stage test, or deploy function -f one, publishes the state of serverless.yml again.`)

  await rollback(contextWith('third'))
  expect(await says()).toBe('first')
  expect(await contextWith('third').deploy()).toEqual(['update function shop-test-one release'])
  expect(await says()).toBe('third')
})

test('skips a revision that has never served', async () => {
  cloud.vefaas.faults.add({ Kind: 'FailRelease', ErrorCode: 'function_health_check_failed', Times: 1 })
  await contextWith('broken')
    .deploy()
    .catch(() => {})
  await contextWith('fifth').deploy()
  await rollback(contextWith('fifth'))
  expect(await says()).toBe('third')
})

describe('if the revision has other variables', () => {
  const now = { AUTH: 'function', KEY: 'secret', SAME: '1' }
  beforeEach(async () => {
    await contextWith('open', {}, { AUTH: 'gateway', OLD: 'secret', SAME: '1' }).deploy()
    await contextWith('guarded', {}, now).deploy()
  })

  test('refuses and names them', async () => {
    await expect(rollback(contextWith('guarded', {}, now))).rejects.toThrow(
      /^Revision 4 of shop-test-one has other variables than revision 5, which serves: AUTH, KEY, OLD\. .* use --with-variables$/,
    )
    expect(await says()).toBe('guarded')
  })

  test('serves it with --with-variables', async () => {
    await rollback(contextWith('guarded', { 'with-variables': true }, now))
    expect(await says()).toBe('open')
  })
})

test('serves any revision, and does nothing if it serves already', async () => {
  await rollback(contextWith('third', { 'function-version': '1' }))
  expect(await says()).toBe('first')
  const context = contextWith('third', { 'function-version': '1' })
  await rollback(context)
  expect(context.log()).toBe('Revision 1 of shop-test-one serves already: nothing has changed.')
})

describe('refuses', () => {
  const list = [
    '  revision 3  <time>  code <hash>  serves',
    '  revision 2  <time>  code <hash>',
    '  revision 1  <time>  code <hash>',
  ]
  const refusal = (context: ReturnType<typeof contextWith>) =>
    rollback(context).then(
      () => 'nothing',
      (error: Error) => shown(error.message),
    )

  test('an unknown revision, and lists the revisions', async () => {
    for (const given of ['4', '0', '-1', 'first', '1.0', '99999999999999999999']) {
      expect(await refusal(contextWith('third', { 'function-version': given }))).toBe(
        [`Function shop-test-one has no revision ${given}; its revisions are`, ...list].join('\n'),
      )
    }
    expect(await says()).toBe('third')
  })

  test('to roll back without an earlier revision', async () => {
    await rollback(contextWith('third', { 'function-version': '1' }))
    expect(await refusal(contextWith('third'))).toBe(
      [
        'Function shop-test-one has no earlier revision that has served; its revisions are',
        list[0]?.replace('  serves', ''),
        list[1],
        `${list[2]}  serves`,
      ].join('\n'),
    )
  })

  test('an unknown function', async () => {
    expect(await refusal(contextWith('third', { function: 'two' }))).toBe(
      'serverless.yml has no function two; its functions are one',
    )
  })
})

describe('reports a release', () => {
  test('that fails, and the revision that still serves', async () => {
    cloud.vefaas.faults.add({ Kind: 'FailRelease', ErrorCode: 'function_health_check_failed' })
    const error = await rollback(contextWith('third')).catch((error: Error) => error)
    expect((error as Error).cause).toMatchObject({
      message: expect.stringMatching(/^the release failed: function_health_check_failed: .*\nrevision 3 still serves/),
    })
    expect(await says()).toBe('third')
  })

  test('whose response was lost', async () => {
    cloud.vefaas.faults.add({ Kind: 'CutAfter', Action: 'Release', Times: 1 })
    await rollback(contextWith('third'))
    expect(await says()).toBe('second')
  })

  test('whose request was lost', async () => {
    cloud.vefaas.faults.add({ Kind: 'CutBefore', Action: 'Release', Times: 1 })
    await rollback(contextWith('third'))
    expect(await says()).toBe('second')
  })

  test('that is refused, with code and request id', async () => {
    cloud.vefaas.faults.add({ Kind: 'NotActivated', Action: 'Release', Times: 1 })
    const error = await rollback(contextWith('third')).catch((error: Error) => error)
    expect(explain(error)).toMatch(/^Could not update function shop-test-one: Release was refused[\s\S]*request id/)
  })

  test('that is blocked by a partial release of somebody else', async () => {
    const { client } = contextWith('third')
    const { Items } = await client.call<{ Items: { Id: string }[] }>('vefaas', 'ListFunctions', {})
    const body = { FunctionId: Items[0]?.Id, RevisionNumber: 1, TargetTrafficWeight: 25, RollingStep: 100 }
    await client.call('vefaas', 'Release', body)
    const error = await rollback(contextWith('third')).catch((error: Error) => error)
    expect(explain(error) ?? String(error)).toContain('finish or abort that release in the console first')
  })
})

test('is a command of serverless', async () => {
  const project = createProject(
    `
service: shop
plugins: [./plugin.cjs]
provider: { name: vefaas, runtime: node20/v1, region: cn-beijing, stage: test, endpoint: '${cloud.url}' }
functions: { one: { handler: index.handler, package: { artifact: one.zip }, events: [{ apig: { path: / } }] } }
`,
    { 'one.zip': text('third') },
  )
  try {
    const { code, out } = await project.serverless(['rollback', 'function', '-f', 'one', '--function-version', '7'])
    expect({ code, out: shown(out) }).toEqual({
      code: 1,
      out: expect.stringMatching(
        /^Error:\nFunction shop-test-one has no revision 7; its revisions are\n {2}revision 3 /,
      ),
    })
    expect(await project.serverless(['rollback', 'function', '-f', 'one'])).toMatchObject({ code: 0, out: '' })
    expect(await says()).toBe('second')
  } finally {
    project.remove()
  }
})
