import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startCloud } from '../../emulator/cloud.ts'
import { explain } from './advice.ts'
import { createClient } from './cloud/client.ts'
import { CloudError } from './cloud/cloud-error.ts'
import { ReleaseError } from './plan/release.ts'
import type { Step } from './plan/step.ts'
import { StepError } from './run.ts'
import { artifactFrom, deployService, LOCAL_CREDENTIALS, serviceWith, testClient } from './testing.ts'

const step: Step = { verb: 'create', resource: 'function', name: 'shop-test-hello', details: [] }
const inStep = (code: string | undefined, message = 'm', action = 'CreateFunction', status: number | undefined = 400) =>
  explain(new StepError(step, new CloudError(action, message, { status, code, requestId: 'r-1' }))) ?? ''
/** Removes the proxy variables of this computer. */
function withoutProxy(): void {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']) {
    vi.stubEnv(name, '')
    vi.stubEnv(name.toLowerCase(), '')
  }
}
afterEach(() => vi.unstubAllEnvs())
const adviceIn = (explanation: string) => explanation.split('  what to do  ')[1]

describe('the advice for', () => {
  const credentials = /^check VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY and, .* VOLCENGINE_SESSION_TOKEN/
  const busy = /^the cloud is busy or has a fault: repeat the command after a minute/
  const quota = /^raise the quota in the quota centre/

  test.each<[code: string, message: string, advice: RegExp | undefined]>([
    [
      'ServiceNotActivated',
      'The service-linked role does not exist',
      /^with the main account, open the console of veFaaS .* once .* agree/,
    ],
    ['InvalidAccessKey', 'm', credentials],
    ['SignatureDoesNotMatch', 'm', credentials],
    ['InvalidSecretToken', 'the token has expired', credentials],
    ['InvalidCredential', 'm', credentials],
    ['MissingSignature', 'm', credentials],
    ['InvalidTimestamp', 'm', /^set this computer's clock/],
    ['AccessDenied', 'not authorized to perform vefaas:CreateFunction', /^give the user of these credentials a policy/],
    ['LackPolicy', 'm', /^give the user of these credentials a policy/],
    ['OperationDenied.AccountNotInWhitelist', 'm', /^only selected accounts have this feature/],
    ['QuotaExceeded', 'm', quota],
    ['LimitExceeded.Gateway', 'm', quota],
    ['FlowLimitExceeded', 'm', busy],
    ['Throttling.User', 'm', busy],
    ['InternalServiceError', 'm', busy],
    ['InternalServiceTimeout', 'm', busy],
    ['FailToConnect', 'm', busy],
    ['DuplicatedResource', 'm', /^somebody else has this name/],
    [
      'StatusConflictError',
      'it is in use by the upstream u1',
      /^another operation is in progress, or another resource uses it/,
    ],
    ['InvalidActionOrVersion', 'm', /^check provider.endpoint and provider.region/],
    ['ServiceNotFound', 'm', /^check provider.endpoint and provider.region/],
    ['ResourceNotFound', 'vpc-1 not found', /^a resource that it needs does not exist in this region/],
    [
      'InvalidParameter',
      'RequestTimeout has to be from 1 to 900',
      /^correct the setting of serverless.yml that the message names/,
    ],
    ['InvalidParameter', 'Flow, Quota, Forbidden', /^correct the setting of serverless.yml that the message names/],
    [
      'InvalidParameter',
      'The role trn:iam::1:role/x does not exist',
      /^check provider.role: .* trust the service vefaas/,
    ],
    ['ResourceNotFound', 'Role not found', /^check provider.role/],
    ['SomethingNew', 'm', undefined],
  ])('%s (%s)', (code, message, advice) => {
    const found = adviceIn(inStep(code, message))
    if (advice) expect(found).toMatch(advice)
    else expect(found).toBe(undefined)
  })

  test('no response on this computer asks for the emulated cloud', () => {
    const error = new CloudError('X', 'no response from 127.0.0.1:18103 (ECONNREFUSED)')
    expect(adviceIn(explain(error) ?? '')).toMatch(/^is the emulated cloud running there\?/)
  })

  test.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY'])(
    'no response, if %s is set, names the variable',
    (name) => {
      withoutProxy()
      vi.stubEnv(name, 'http://user:secret@proxy.example.com:3128')
      const error = new CloudError('X', 'no response from open.volcengineapi.com (ETIMEDOUT)')
      const explanation = explain(error) ?? ''
      expect(adviceIn(explanation)).toMatch(new RegExp(`^${name} is set but not used: .* NODE_USE_ENV_PROXY=1$`))
      expect(explanation).not.toContain('secret')
      // The emulated cloud does not need the proxy.
      const local = new CloudError('X', 'no response from 127.0.0.1:18103 (ECONNREFUSED)')
      expect(adviceIn(explain(local) ?? '')).toMatch(/^is the emulated cloud running there\?/)
    },
  )

  test('no response, and a response that cannot be read', () => {
    withoutProxy()
    expect(adviceIn(explain(new CloudError('X', 'no response')) ?? '')).toMatch(
      /^check the network and provider.endpoint/,
    )
    expect(adviceIn(explain(new CloudError('X', 'a page', { status: 502 })) ?? '')).toMatch(
      /^a response .* repeat the command/,
    )
  })
})

describe('an explanation', () => {
  test('has the step, the action, code, message, request id and advice', () => {
    expect(inStep('QuotaExceeded', 'too many\nof them')).toBe(
      [
        'Could not create function shop-test-hello: CreateFunction was refused',
        '  code        QuotaExceeded (HTTP 400)',
        '  message     too many of them',
        '  request id  r-1',
        '  what to do  raise the quota in the quota centre of the console, or delete resources that are not needed',
      ].join('\n'),
    )
  })

  test('of a failed release has the end of the log', () => {
    expect(explain(new StepError(step, new ReleaseError('the release failed: x\nthe last lines\n  y')))).toBe(
      'Could not create function shop-test-hello: the release failed: x\nthe last lines\n  y',
    )
  })

  test('is not given for a bug', () => {
    expect(explain(new TypeError('x is not a function'))).toBe(undefined)
    expect(explain('thrown')).toBe(undefined)
  })
})

describe('in a deployment', () => {
  let cloud: Awaited<ReturnType<typeof startCloud>> | undefined
  const started = async () => {
    cloud ??= await startCloud()
    return cloud
  }
  beforeEach(async () => {
    const { vefaas, apig } = await started()
    vefaas.reset()
    apig.reset()
  })
  afterAll(() => cloud?.close())

  const service = serviceWith({ hello: { events: [{ apig: { path: '/' } }] } })
  const explanationOf = async (work: Promise<unknown>) => {
    const error = await work.catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(Error)
    return explain(error) ?? 'nothing'
  }

  test('to an account that has never opened the console', async () => {
    const { url, vefaas } = await started()
    vefaas.faults.add({ Kind: 'NotActivated' })
    const lines = (await explanationOf(deployService(testClient(url), service))).split('\n')
    expect(lines[0]).toBe('A call to the cloud failed: ListFunctions was refused')
    expect(lines[1]).toBe('  code        ServiceNotActivated (HTTP 401)')
    expect(lines.at(-1)).toMatch(/^ {2}what to do {2}with the main account, open the console of veFaaS/)
  })

  test('that exceeds a quota, or is not in a whitelist, halfway', async () => {
    const { url, apig } = await started()
    apig.faults.add({ Kind: 'NoQuota', Action: 'CreateGateway', Times: 1 })
    expect(await explanationOf(deployService(testClient(url), service))).toMatch(
      /^Could not create gateway shop-test: CreateGateway was refused\n {2}code {8}QuotaExceeded[\s\S]*raise the quota/,
    )
    apig.faults.add({ Kind: 'NotInWhitelist', Action: 'CreateUpstream', Times: 1 })
    expect(await explanationOf(deployService(testClient(url), service))).toMatch(
      /^Could not create upstream shop-test-hello: CreateUpstream was refused\n[\s\S]*only selected accounts/,
    )
    expect(await deployService(testClient(url), service)).toEqual([
      'create upstream shop-test-hello',
      'create route shop-test-hello /',
    ])
  })

  test('with unknown credentials, and with an endpoint that does not respond', async () => {
    const { url } = await started()
    const stranger = { ...LOCAL_CREDENTIALS, accessKeyId: 'AKNOBODY' }
    const client = createClient({ endpoint: url, region: 'cn-beijing', credentials: stranger })
    expect(await explanationOf(deployService(client, service))).toMatch(
      /InvalidAccessKey[\s\S]*check VOLCENGINE_ACCESS_KEY/,
    )
    const nowhere = createClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'r',
      credentials: LOCAL_CREDENTIALS,
      retryMs: 1,
    })
    expect(await explanationOf(deployService(nowhere, service))).toMatch(/failed\n[\s\S]*is the emulated cloud/)
  })

  test('of code that does not load', async () => {
    const { url } = await started()
    const broken = () => artifactFrom("throw new Error('no such module')")
    expect(await explanationOf(deployService(testClient(url), service, broken))).toMatch(
      /^Could not create function shop-test-hello: the release failed: function_start_failed: [\s\S]*no such module/,
    )
  })
})
