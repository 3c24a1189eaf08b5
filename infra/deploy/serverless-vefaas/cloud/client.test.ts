import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import { LOCAL_CREDENTIALS, testClient } from '../testing.ts'
import { createClient } from './client.ts'
import { CloudError } from './cloud-error.ts'
import { listAll } from './pages.ts'

const cloud = await startCloud()
const client = testClient(cloud.url)
const servers: Server[] = []

beforeEach(() => cloud.vefaas.reset())
afterAll(async () => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  await cloud.close()
})

const Name = 'shop-test-hello'
const act = {
  read: () => client.call('vefaas', 'ListFunctions', {}),
  create: () => client.call('vefaas', 'CreateFunction', { Name, Runtime: 'node20/v1' }),
}
const ACTIONS = { read: 'ListFunctions', create: 'CreateFunction' }

async function errorOf(work: Promise<unknown>): Promise<CloudError> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect(error).toBeInstanceOf(CloudError)
  return error as CloudError
}

const callsOf = (action: string) => cloud.vefaas.calls.filter((call) => call.action === action)

/** Answers everything the same way. */
async function serverThat(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a call', () => {
  type Wrong = Parameters<typeof cloud.vefaas.faults.add>[0]

  test.each<[what: string, fault: Wrong, creates: boolean]>([
    ['that is throttled', { Kind: 'Throttle' }, true],
    ['that is throttled with status 200', { Kind: 'Error', Status: 200, Code: 'FlowLimitExceeded' }, true],
    ['that fails inside the cloud', { Kind: 'Error', Status: 500, Code: 'InternalServiceError' }, false],
    [
      'that fails inside the cloud with status 200',
      { Kind: 'Error', Status: 200, Code: 'InternalServiceError' },
      false,
    ],
    ['that times out inside the cloud', { Kind: 'Error', Status: 504, Code: 'TimeoutError' }, false],
    ['that meets a busy cloud', { Kind: 'Error', Status: 503, Code: 'ServiceUnavailableTemp' }, false],
    ['that is cut off before the work', { Kind: 'CutBefore' }, false],
    ['that is cut off after the work', { Kind: 'CutAfter' }, false],
    ['that gets an HTML page', { Kind: 'Html' }, false],
    ['that gets an HTML page with status 403', { Kind: 'Html', Status: 403 }, false],
    ['that gets a response that is not JSON', { Kind: 'NotJson' }, false],
    ['that gets JSON that is not of the API', { Kind: 'NotJson', Body: '{"ok":true}' }, false],
    ['that gets null', { Kind: 'NotJson', Body: 'null' }, false],
    ['that gets an empty envelope', { Kind: 'NotJson', Body: '{"ResponseMetadata":null}' }, false],
    ['that gets an empty response', { Kind: 'Empty' }, false],
    ['that gets half a response', { Kind: 'Truncate' }, false],
    [
      'that fails without an error code',
      { Kind: 'NotJson', Status: 500, Body: '{"ResponseMetadata":{"RequestId":"r-1"}}' },
      false,
    ],
  ])('%s is retried if that is safe', async (_what, fault, creates) => {
    cloud.vefaas.faults.add({ ...fault, Action: ACTIONS.read, Times: 4 })
    await act.read()
    expect(callsOf(ACTIONS.read)).toHaveLength(5)

    cloud.vefaas.faults.add({ ...fault, Action: ACTIONS.create, Times: 1 })
    if (creates) await act.create()
    else expect((await errorOf(act.create())).isTransient).toBe(true)
    expect(callsOf(ACTIONS.create)).toHaveLength(creates ? 2 : 1)
    expect(cloud.vefaas.functions().length).toBeLessThan(2)
  })

  test.each<[what: string, fault: Wrong]>([
    ['is not allowed', { Kind: 'Error', Status: 403, Code: 'AccessDenied' }],
    ['is wrong', { Kind: 'Error', Status: 400, Code: 'InvalidParameter' }],
    ['is not allowed, with status 200,', { Kind: 'Error', Status: 200, Code: 'AccessDenied' }],
    ['exceeds a quota', { Kind: 'Error', Status: 400, Code: 'QuotaExceeded' }],
    ['exceeds a quota, with status 500,', { Kind: 'Error', Status: 500, Code: 'QuotaExceeded' }],
    ['meets a conflict', { Kind: 'Error', Status: 409, Code: 'StatusConflictError' }],
  ])('that %s is not retried', async (_what, fault) => {
    cloud.vefaas.faults.add({ ...fault, Times: 1 })
    const error = await errorOf(act.read())
    expect(error).toMatchObject({ action: 'ListFunctions', isTransient: false, hadNoEffect: false })
    expect(error.requestId).toBe(callsOf(ACTIONS.read)[0]?.requestId)
    expect(callsOf(ACTIONS.read)).toHaveLength(1)
  })

  test('is tried five times, and then its last error is thrown', async () => {
    cloud.vefaas.faults.add({ Kind: 'Error', Status: 500, Code: 'InternalServiceError', Message: 'sorry' })
    const error = await errorOf(act.read())
    expect(error).toMatchObject({ message: 'sorry', status: 500, code: 'InternalServiceError' })
    expect(callsOf(ACTIONS.read)).toHaveLength(5)
  })

  test('waits as long as the cloud asks for', async () => {
    cloud.vefaas.faults.add({ Kind: 'Throttle', RetryAfterSeconds: 1, Times: 1 })
    const started = performance.now()
    await act.read()
    expect(performance.now() - started).toBeGreaterThanOrEqual(990)
  })

  test('that cannot connect is retried, even if it creates something', async () => {
    const endpoint = await serverThat(() => {})
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const nowhere = createClient({ endpoint, region: 'r', credentials: LOCAL_CREDENTIALS, retryMs: 1 })
    const error = await errorOf(nowhere.call('apig', 'CreateGateway', {}))
    expect(error).toMatchObject({
      message: `no response from ${new URL(endpoint).host} (ECONNREFUSED)`,
      hadNoEffect: true,
    })
  })

  test('without a response times out, and is not retried if it creates something', async () => {
    let calls = 0
    const endpoint = await serverThat(() => {
      calls++
    })
    const hasty = createClient({ endpoint, region: 'r', credentials: LOCAL_CREDENTIALS, retryMs: 1, timeoutMs: 300 })
    const error = await errorOf(hasty.call('vefaas', 'CreateFunction', {}))
    expect(error).toMatchObject({
      message: `no response from ${new URL(endpoint).host} (TimeoutError)`,
      isTransient: true,
    })
    expect(calls).toBe(1)
    await errorOf(hasty.call('vefaas', 'ListFunctions', {}))
    expect(calls).toBe(6)
  })

  test('does not follow a redirect', async () => {
    let calls = 0
    const elsewhere = await serverThat((_request, response) => {
      calls++
      response.end(JSON.stringify({ ResponseMetadata: {} }))
    })
    const endpoint = await serverThat((_request, response) => response.writeHead(307, { Location: elsewhere }).end())
    const led = createClient({ endpoint, region: 'r', credentials: LOCAL_CREDENTIALS, retryMs: 1 })
    await errorOf(led.call('vefaas', 'ListFunctions', {}))
    await errorOf(led.upload(endpoint, new Uint8Array(10), 'application/zip'))
    expect(calls).toBe(0)
  })

  test('is signed so that the cloud accepts it, with any text in it', async () => {
    const Description = 'ü 漢字 + & = % " \\ \n /'
    await client.call('vefaas', 'CreateFunction', { Name, Runtime: 'node20/v1', Description })
    expect(cloud.vefaas.functions()).toMatchObject([{ Description }])
    const wrong = createClient({
      endpoint: cloud.url,
      region: 'cn-beijing',
      credentials: { ...LOCAL_CREDENTIALS, secretKey: 'wrong' },
    })
    expect(await errorOf(wrong.call('vefaas', 'ListFunctions', {}))).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })

  test('has the token of temporary credentials, and its region', async () => {
    const seen: (string | undefined)[] = []
    const endpoint = await serverThat((request, response) => {
      seen.push(request.headers['x-security-token'] as string, request.headers.authorization)
      response.end(JSON.stringify({ ResponseMetadata: { RequestId: 'r-1' } }))
    })
    const credentials = { ...LOCAL_CREDENTIALS, sessionToken: 'a-token' }
    expect(await createClient({ endpoint, region: 'cn-shanghai', credentials }).call('apig', 'GetPlugin', {})).toEqual(
      {},
    )
    expect(seen[0]).toBe('a-token')
    expect(seen[1]).toMatch(/^HMAC-SHA256 Credential=AKLOCAL\/\d{8}\/cn-shanghai\/apig\/request, .*x-security-token/)
  })
})

describe('an error', () => {
  const of = (status: number | undefined, code: string | undefined) => new CloudError('X', 'm', { status, code })

  test.each<[status: number | undefined, code: string | undefined, is: Partial<CloudError>]>([
    [404, 'ResourceNotFound', { isNotFound: true, isTransient: false }],
    [404, 'SomethingElse', { isNotFound: true }],
    [400, 'InvalidGateway.NotExist', { isNotFound: true }],
    [404, 'InvalidActionOrVersion', { isNotFound: false }],
    [404, 'ServiceNotFound', { isNotFound: false }],
    [404, undefined, { isNotFound: false, isTransient: true }],
    [409, 'DuplicatedResource', { isDuplicate: true, isConflict: false }],
    [400, 'AlreadyExists', { isDuplicate: true }],
    [409, 'StatusConflictError', { isConflict: true, isDuplicate: false }],
    [429, 'FlowLimitExceeded', { hadNoEffect: true }],
    [400, 'Throttling.User', { hadNoEffect: true }],
    [undefined, undefined, { isTransient: true, hadNoEffect: false, isNotFound: false }],
  ])('with status %s and code %s is classified', (status, code, is) => {
    expect(of(status, code)).toMatchObject(is)
  })
})

describe('an upload', () => {
  test('is retried, and its last error has the status', async () => {
    const statuses = [500, 503, 200]
    const bodies: number[] = []
    const endpoint = await serverThat(async (request, response) => {
      let length = 0
      for await (const chunk of request) length += chunk.length
      bodies.push(length)
      response.writeHead(statuses.shift() ?? 403).end('no')
    })
    await client.upload(endpoint, new Uint8Array(10), 'application/zip')
    expect(bodies).toEqual([10, 10, 10])
    expect(await errorOf(client.upload(endpoint, new Uint8Array(10), 'application/zip'))).toMatchObject({
      action: 'the upload of the code',
      status: 403,
    })
  })

  test('has more time for larger code', async () => {
    const endpoint = await serverThat((request, response) => {
      request.resume().on('end', () => setTimeout(() => response.end(), 150))
    })
    const hasty = createClient({ endpoint, region: 'r', credentials: LOCAL_CREDENTIALS, retryMs: 1, timeoutMs: 50 })
    await hasty.upload(endpoint, new Uint8Array(100_000), 'application/zip')
    expect((await errorOf(hasty.upload(endpoint, new Uint8Array(10), 'application/zip'))).isTransient).toBe(true)
  })

  test('gets its address with a retry if the response is lost', async () => {
    cloud.vefaas.faults.add({ Kind: 'CutAfter', Action: 'GenTempTosObjectUrl', Times: 2 })
    expect(await client.call('vefaas', 'GenTempTosObjectUrl', {})).toMatchObject({
      InnerSourceLocation: expect.any(String),
    })
  })
})

describe('a list', () => {
  const pages = async (answer: (page: number) => object) => {
    const asked: object[] = []
    const items = await listAll<string>(
      {
        ...client,
        call: async (_service, _action, body) => {
          asked.push(body)
          return answer(asked.length) as never
        },
      },
      'vefaas',
      'ListFunctions',
      { Filter: 1 },
    )
    return { asked, items }
  }
  const full = Array.from({ length: 100 }, (_, at) => String(at))

  test.each<[what: string, answer: (page: number) => object, items: number, calls: number]>([
    ['has nothing', () => ({}), 0, 1],
    ['has null for nothing', () => ({ Items: null, Total: 0 }), 0, 1],
    ['has one page', () => ({ Items: ['a'], Total: 1 }), 1, 1],
    ['has two pages', (page) => ({ Items: page === 1 ? full : ['a'], Total: 101 }), 101, 2],
    ['has pages that are smaller than asked for', () => ({ Items: ['a', 'b'], Total: 6 }), 6, 3],
    ['has no Total', (page) => ({ Items: page < 3 ? full : ['a'] }), 201, 3],
    ['has no Total, and ends with a full page', (page) => ({ Items: page < 3 ? full : [] }), 200, 3],
    ['has a Total of 0, with a full page', (page) => ({ Items: page < 3 ? full : ['a'], Total: 0 }), 201, 3],
    [
      'has grown between two pages',
      (page) => ({ Items: (page === 1 ? ['b', 'a'] : ['a', '0']).map((Id) => ({ Id })), Total: 4 }),
      3,
      2,
    ],
    [
      'has revisions, which have the Id of their function,',
      (page) => ({ Items: [page, page + 1].map((RevisionNumber) => ({ Id: 'f', RevisionNumber })), Total: 4 }),
      3,
      2,
    ],
    ['has a Total that is too high', (page) => ({ Items: page < 2 ? ['a'] : [], Total: 5 }), 1, 2],
  ])('that %s is read to its end', async (_what, answer, items, calls) => {
    const read = await pages(answer)
    expect([read.items.length, read.asked.length]).toEqual([items, calls])
    expect(read.asked[0]).toEqual({ Filter: 1, PageNumber: 1, PageSize: 100 })
  })
})
