import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HttpRequest } from './http.ts'
import { type FunctionOptions, type Runtime, startRuntime } from './index.ts'

let directory: string
let vefaas: Runtime
const log: { name: string; line: string; stream: string }[] = []

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vefaas-test-'))
  vefaas = startRuntime({ onLog: (name, line, stream) => log.push({ name, line, stream }) })
})

afterAll(() => {
  vefaas.close()
  rmSync(directory, { recursive: true })
})

let count = 0

/** Deploys a function of that code and returns what calls it. */
function deploy(code: string, options: Partial<FunctionOptions> = {}) {
  const name = options.name ?? `function-${++count}`
  const codeDirectory = join(directory, name)
  mkdirSync(codeDirectory, { recursive: true })
  writeFileSync(join(codeDirectory, 'index.js'), code)
  vefaas.deploy({ name, codeDirectory, ...options })
  const call = async (request: Partial<HttpRequest> = {}) => {
    const response = await vefaas.invoke(name, {
      method: 'GET',
      path: '/',
      query: '',
      headers: [],
      body: Buffer.alloc(0),
      ...request,
    })
    return { ...response, text: response.body.toString() }
  }
  return Object.assign(call, { functionName: name, codeDirectory })
}

/** A function whose body is the JSON of an expression over event and context. */
const answering = (expression: string, options?: Partial<FunctionOptions>) =>
  deploy(`exports.handler = async (event, context) => ({ body: JSON.stringify(${expression}) })`, options)

const linesOf = (name: string) => log.filter((entry) => entry.name === name)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5_000
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not come to that within 5 s')
    await sleep(10)
  }
}

describe('the event', () => {
  test('has the six documented fields and no other', async () => {
    const call = answering('event')
    const { text } = await call({
      method: 'POST',
      path: '/some/path',
      query: 'Action=A&Action=B&text=a%20b+c&broken=%zz&empty',
      headers: [
        ['user-agent', 'test'],
        ['X-TENANT', 'one'],
        ['x-tenant', 'two'],
      ],
      body: Buffer.from('{"ü":1}'),
    })
    const event = JSON.parse(text)
    const requestId = event.headers['X-Faas-Request-Id']
    expect(requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(event).toEqual({
      httpMethod: 'POST',
      path: '/some/path',
      pathParameters: {},
      queryStringParameters: { Action: 'A,B', text: 'a b c', broken: '%zz', empty: '' },
      headers: {
        'User-Agent': 'test',
        'X-Tenant': 'one,two',
        'X-Faas-Request-Id': requestId,
        'X-Faas-Event-Type': 'http',
      },
      body: '{"ü":1}',
    })
  })

  test('carries a query key named __proto__ like any other', async () => {
    const call = answering('Object.entries(event.queryStringParameters)')
    expect((await call({ query: '__proto__=1' })).text).toBe('[["__proto__","1"]]')
  })

  test('has only text, so a body that is not UTF-8 is refused', async () => {
    const call = answering('event')
    const response = await call({ body: Buffer.from([0xff, 0xfe]) })
    expect(response.status).toBe(415)
    expect(response.headers['X-Faas-Response-Error-Code']).toBe('unsupported_body')
  })

  test('has at most 6 MB of body', async () => {
    const call = answering('event.body.length')
    expect((await call({ body: Buffer.alloc(6 * 1024 * 1024, 'a') })).text).toBe(String(6 * 1024 * 1024))
    expect((await call({ body: Buffer.alloc(6 * 1024 * 1024 + 1, 'a') })).status).toBe(413)
  })
})

describe('the context', () => {
  test('is the request id of the event and nothing else', async () => {
    const call = answering('[context, event.headers["X-Faas-Request-Id"]]')
    const [context, requestId] = JSON.parse((await call()).text)
    expect(context).toEqual({ requestId })
  })

  test('is another one for each call', async () => {
    const call = answering('context.requestId')
    expect((await call()).text).not.toBe((await call()).text)
  })
})

describe('the response', () => {
  test.each<[what: string, returned: string, expected: { status: number; text: string }]>([
    ['all three fields', '{ statusCode: 201, body: "made" }', { status: 201, text: 'made' }],
    ['nothing', 'undefined', { status: 200, text: '' }],
    ['null', 'null', { status: 200, text: '' }],
    ['an empty object', '{}', { status: 200, text: '' }],
    ['other fields, which are dropped', '{ body: "YQ==", isBase64Encoded: true }', { status: 200, text: 'YQ==' }],
    ['a Buffer', '{ body: Buffer.from("ü") }', { status: 200, text: 'ü' }],
    ['an empty Buffer', '{ body: Buffer.alloc(0) }', { status: 200, text: '' }],
  ])('%s', async (_what, returned, expected) => {
    const call = deploy(`exports.handler = async () => (${returned})`)
    expect(await call()).toMatchObject(expected)
  })

  test('bytes stay bytes', async () => {
    const call = deploy('exports.handler = async () => ({ body: Buffer.from([0, 255, 128]) })')
    expect([...(await call()).body]).toEqual([0, 255, 128])
  })

  test('has the headers of the function and the time it took, whatever the function says of that', async () => {
    const call = deploy(`exports.handler = async () => ({ headers: { 'X-A': '1', 'x-faas-execution-duration': '9' } })`)
    const { headers } = await call()
    expect(headers).toEqual({ 'X-A': '1', 'X-Faas-Execution-Duration': expect.stringMatching(/^\d+\.\d\d$/) })
  })

  test('comes from a handler that is not async too', async () => {
    const call = deploy('exports.handler = () => ({ body: "at once" })')
    expect((await call()).text).toBe('at once')
  })

  test.each([
    ['a throw', 'throw new TypeError("no\\nluck ü")', 'TypeError: no\nluck ü'],
    ['a rejection', 'return Promise.reject(new Error("later"))', 'Error: later'],
    ['a throw of something else', 'throw "text"', 'text'],
    ['a text', 'return "text"', 'TypeError: handler returned a string instead of an object'],
    ['a status that is none', 'return { statusCode: "200" }', 'TypeError: handler returned a statusCode'],
    ['headers that are no strings', 'return { headers: { a: 1 } }', 'TypeError: handler returned headers'],
    ['a body that is an object', 'return { body: {} }', 'TypeError: handler returned a body'],
  ])('of %s is 500', async (_what, code, message) => {
    const call = deploy(`exports.handler = () => { ${code} }`)
    const { status, headers, text } = await call()
    expect(status).toBe(500)
    expect(headers).toMatchObject({
      'X-Faas-Response-Error-Code': 'function_execution_error',
      'X-Faas-Response-Error-Message': expect.stringMatching(/^[\x20-\x7e]+$/),
      'X-Faas-Execution-Duration': expect.stringMatching(/^\d+\.\d\d$/),
    })
    expect(JSON.parse(text)).toEqual({
      error_code: 'function_execution_error',
      error_message: expect.stringContaining(message),
    })
  })
})

describe('an event that is no request', () => {
  test('reaches the function as it is, with a context', async () => {
    const { functionName } = answering('{ event, context }')
    const event = { type: 'some.event', data: { list: [1, 'ü', null, false] } }
    const { status, headers, body } = await vefaas.invokeEvent(functionName, event)
    expect(JSON.parse(body.toString())).toEqual({
      event,
      context: { requestId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) },
    })
    expect(status).toBe(200)
    expect(headers).toEqual({ 'X-Faas-Execution-Duration': expect.stringMatching(/^\d+\.\d\d$/) })
  })

  test.each([[{}], [[]], ['text'], [0], [null]])('can be %j', async (event) => {
    const { functionName } = answering('event')
    expect(JSON.parse((await vefaas.invokeEvent(functionName, event)).body.toString())).toEqual(event)
  })

  test('is answered with the status of the function, or with how it failed, which is in the log too', async () => {
    const { functionName } = deploy(`exports.handler = async ({ wanted }) => {
      if (wanted === 'throw') throw new Error('no luck')
      return { statusCode: wanted, headers: { 'X-A': '1' }, body: 'not there' }
    }`)
    const missing = await vefaas.invokeEvent(functionName, { wanted: 404 })
    expect([missing.status, missing.headers['X-A'], missing.body.toString()]).toEqual([404, '1', 'not there'])
    const failed = await vefaas.invokeEvent(functionName, { wanted: 'throw' })
    expect([failed.status, failed.headers['X-Faas-Response-Error-Code']]).toEqual([500, 'function_execution_error'])
    expect(failed.body.toString()).toContain('no luck')
    expect(linesOf(functionName)).toContainEqual({
      name: functionName,
      line: 'function_execution_error: Error: no luck',
      stream: 'stderr',
    })
  })

  test('for a function that is not there is an error of the caller', async () => {
    await expect(vefaas.invokeEvent('nobody', {})).rejects.toThrow('there is no function nobody')
  })
})

describe('the initializer', () => {
  test('runs once, before the first call, with a context', async () => {
    const call = deploy(`
      const seen = []
      exports.initializer = async (context) => { seen.push(Object.keys(context)) }
      exports.handler = async () => ({ body: JSON.stringify(seen) })`)
    const answers = await Promise.all([call(), call(), call()])
    expect(answers.map(({ text }) => text)).toEqual(Array(3).fill('[["requestId"]]'))
    expect((await call()).text).toBe('[["requestId"]]')
  })

  test('that fails fails the call, and runs again at the next one in the same process', async () => {
    const call = deploy(`
      let tries = 0
      exports.initializer = async () => { if (++tries === 1) throw new Error('not yet') }
      exports.handler = async () => ({ body: JSON.stringify({ tries, pid: process.pid }) })
      console.log(process.pid)`)
    const failed = await call()
    expect(failed.status).toBe(500)
    expect(failed.headers['X-Faas-Response-Error-Code']).toBe('function_initialize_failed')
    expect(failed.text).toContain('Error: not yet')
    const { tries, pid } = JSON.parse((await call()).text)
    expect(tries).toBe(2)
    expect(linesOf(call.functionName)[0]?.line).toBe(String(pid))
  })

  test('has a time limit', async () => {
    const call = deploy('exports.initializer = () => new Promise(() => {}); exports.handler = async () => ({})', {
      initializerSeconds: 1,
    })
    const { status, headers } = await call()
    expect([status, headers['X-Faas-Response-Error-Code']]).toEqual([500, 'function_initialize_timeout'])
  })
})

describe('loading', () => {
  test.each([
    ['a syntax error', 'exports.handler = (', 'SyntaxError'],
    ['a throw', 'throw new Error("broken")', 'Error: broken'],
    ['no handler', 'exports.main = () => {}', 'index.js does not export a function named handler'],
  ])('%s fails the call, and the next call tries with a new process', async (_what, code, message) => {
    const call = deploy(code)
    const failed = await call()
    expect([failed.status, failed.headers['X-Faas-Response-Error-Code']]).toEqual([500, 'function_start_failed'])
    expect(failed.text).toContain(message)
    writeFileSync(join(call.codeDirectory, 'index.js'), 'exports.handler = () => ({ body: "mended" })')
    expect((await call()).text).toBe('mended')
  })

  test('that never ends is cut off', async () => {
    const call = deploy('for (;;) {}', { initializerSeconds: 0.3 })
    expect((await call()).headers['X-Faas-Response-Error-Code']).toBe('function_start_timeout')
  })

  test('starts with the first call, not before', async () => {
    const { functionName } = deploy('console.log("here"); exports.handler = () => {}')
    await sleep(200)
    expect(linesOf(functionName)).toEqual([])
  })

  test('a folder without index.js is refused at once', () => {
    expect(() => vefaas.deploy({ name: 'nothing', codeDirectory: directory })).toThrow(
      `function nothing: there is no index.js in ${directory}`,
    )
  })

  test('a function can be replaced', async () => {
    const old = deploy('exports.handler = () => ({ body: "old" })')
    expect((await old()).text).toBe('old')
    const renewed = deploy('exports.handler = () => ({ body: "new" })', { name: old.functionName })
    expect((await renewed()).text).toBe('new')
  })
})

describe('time', () => {
  test('a call that takes too long is 504; the process and its other calls go on', async () => {
    const call = deploy(
      `exports.handler = async ({ path }) => {
        if (path === '/slow') await new Promise(() => {})
        if (path === '/middle') await new Promise((resolve) => setTimeout(resolve, 300))
        return { body: String(process.pid) }
      }`,
      { timeoutSeconds: 0.4 },
    )
    const pid = (await call()).text
    const slow = call({ path: '/slow' })
    await sleep(250)
    const middle = call({ path: '/middle' })
    const late = await slow
    expect([late.status, late.headers['X-Faas-Response-Error-Code']]).toEqual([504, 'function_timeout'])
    expect(JSON.parse(late.text).error_message).toBe('no answer within 0.4 s')
    expect((await middle).text).toBe(pid)
    await sleep(1_200)
    expect((await call()).text).toBe(pid)
  })

  test('a process whose event loop is stuck is ended, and the next call gets a new one', async () => {
    const call = deploy(
      `exports.handler = async ({ path }) => {
        if (path === '/stuck') for (;;) {}
        return { body: String(process.pid) }
      }`,
      { timeoutSeconds: 0.3 },
    )
    const pid = Number((await call()).text)
    expect((await call({ path: '/stuck' })).status).toBe(504)
    await until(() => !isAlive(pid))
    expect(Number((await call()).text)).not.toBe(pid)
  })
})

describe('a crash', () => {
  test('fails the calls of its process, and the next call gets a new one', async () => {
    const call = deploy(`exports.handler = async ({ path }) => {
      if (path === '/crash') process.exit(3)
      if (path === '/wait') await new Promise(() => {})
      return { body: String(process.pid) }
    }`)
    const pid = (await call()).text
    const waiting = call({ path: '/wait' })
    const crashed = await call({ path: '/crash' })
    for (const { status, headers, text } of [crashed, await waiting]) {
      expect([status, headers['X-Faas-Response-Error-Code']]).toEqual([500, 'function_panic'])
      expect(text).toContain('its process ended (exit code 3)')
    }
    expect((await call()).text).not.toBe(pid)
  })

  test('can be an error nobody catches; it is in the log', async () => {
    const call = deploy(`exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('lost') }))`)
    expect((await call()).status).toBe(500)
    await until(() => linesOf(call.functionName).some(({ line }) => line.includes('Error: lost')))
  })

  test('is running out of memory', async () => {
    const call = deploy(`exports.handler = () => { const all = []; for (;;) all.push(new Array(1e5).fill({})) }`, {
      memoryMb: 64,
    })
    expect((await call()).headers['X-Faas-Response-Error-Code']).toBe('function_panic')
  })
})

describe('apart from each other', () => {
  test('globals of one function are not seen by another', async () => {
    const one = answering('(globalThis.mine ??= "one")')
    const other = answering('String(globalThis.mine)')
    expect((await one()).text).toBe('"one"')
    expect((await other()).text).toBe('"undefined"')
  })

  test('a function has its own environment and nothing of ours', async () => {
    process.env.SECRET_OF_THE_EMULATOR = 'secret'
    const call = answering('process.env', {
      name: 'with-environment',
      environment: { MINE: '1' },
      timeoutSeconds: 7,
      memoryMb: 512,
    })
    const environment = JSON.parse((await call()).text)
    delete process.env.SECRET_OF_THE_EMULATOR
    for (const name of ['PATH', 'TZ', 'LANG']) delete environment[name]
    expect(environment).toEqual({
      MINE: '1',
      _FAAS_FUNC_ID: 'with-environment',
      _FAAS_FUNC_NAME: 'with-environment',
      _FAAS_REVISION_NUMBER: '1',
      _FAAS_FUNC_TIMEOUT: '7',
      _FAAS_INSTANCE_MEMORY: '512',
      _FAAS_RUNTIME_PORT: '8000',
    })
  })

  test('the code directory is the working directory', async () => {
    const call = answering('process.cwd()')
    expect(JSON.parse((await call()).text)).toMatch(new RegExp(`${call.codeDirectory}$`))
  })

  test('the channel to the platform is out of reach', async () => {
    const call = answering('[typeof process.send, process.env.NODE_CHANNEL_FD ?? null]')
    expect((await call()).text).toBe('["undefined",null]')
  })
})

describe('many calls at a time', () => {
  const busy = `exports.handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 200))
    return { body: String(process.pid) }
  }`

  test('share one process up to maxConcurrency, then a second one starts, then they wait', async () => {
    const call = deploy(busy, { maxConcurrency: 2, maxInstances: 2 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => call()))
    const calls = new Map<string, number>()
    for (const { status, text } of answers) {
      expect(status).toBe(200)
      calls.set(text, (calls.get(text) ?? 0) + 1)
    }
    expect(calls.size).toBe(2)
  })

  test('wait no longer than a call may take', async () => {
    const call = deploy('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 500))', {
      maxConcurrency: 1,
      maxInstances: 1,
      timeoutSeconds: 0.3,
    })
    const [, waited] = await Promise.all([call(), call(), call()])
    expect(waited?.status).toBe(504)
  })

  test('are served after a crash too', async () => {
    const call = deploy(
      `exports.handler = async ({ path }) => { if (path === '/crash') process.exit(1); return { body: 'fine' } }`,
      { maxConcurrency: 1, maxInstances: 1 },
    )
    const answers = await Promise.all([call({ path: '/crash' }), call(), call()])
    expect(answers.map(({ status }) => status)).toEqual([500, 200, 200])
  })
})

describe('the log', () => {
  test('gets what a function writes, line by line, with its name', async () => {
    const call = deploy(`exports.handler = () => { console.log('one\\ntwo'); console.error('three') }`)
    await call()
    await until(() => linesOf(call.functionName).length === 3)
    expect(linesOf(call.functionName).filter(({ stream }) => stream === 'stdout')).toMatchObject([
      { line: 'one' },
      { line: 'two' },
    ])
    expect(linesOf(call.functionName)).toContainEqual({ name: call.functionName, line: 'three', stream: 'stderr' })
  })
})

describe('the end', () => {
  test('close() ends every process at once and fails their calls', async () => {
    const own = startRuntime({ onLog: () => {} })
    const { codeDirectory } = deploy(
      `exports.handler = ({ path }) => path === '/wait' ? new Promise(() => {}) : { body: String(process.pid) }`,
    )
    own.deploy({ name: 'f', codeDirectory, maxConcurrency: 1, maxInstances: 1 })
    const request = { method: 'GET', path: '/', query: '', headers: [], body: Buffer.alloc(0) }
    const pid = Number((await own.invoke('f', request)).body)
    const running = own.invoke('f', { ...request, path: '/wait' })
    const waiting = own.invoke('f', request)
    own.close()
    expect([(await running).status, (await waiting).status]).toEqual([500, 500])
    await until(() => !isAlive(pid))
    expect((await own.invoke('f', request)).status).toBe(500)
  })

  test.each([
    ['an idle function', '/'],
    ['a function that is stuck', '/stuck'],
  ])('%s does not outlive an emulator that is killed', async (_what, path) => {
    const { codeDirectory } = deploy(
      `exports.handler = ({ path }) => { console.log('pid ' + process.pid); if (path === '/stuck') for (;;) {} }`,
    )
    const program = `
      import { startRuntime } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
      const vefaas = startRuntime({ onLog: (_name, line) => console.log(line) })
      vefaas.deploy({ name: 'f', codeDirectory: ${JSON.stringify(codeDirectory)} })
      await vefaas.invoke('f', { method: 'GET', path: '${path}', query: '', headers: [], body: Buffer.alloc(0) })
      await new Promise(() => setInterval(() => {}, 1000))`
    const file = join(directory, `emulator-${path.length}.mts`)
    writeFileSync(file, program)
    const emulator = spawn(process.execPath, ['--import', 'tsx', file], {
      env: { ...process.env, TMPDIR: directory }, // what a killed emulator leaves there goes with the rest
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    emulator.stdout.on('data', (chunk) => {
      output += chunk
    })
    await until(() => /pid \d+\n/.test(output))
    const pid = Number(/pid (\d+)/.exec(output)?.[1])
    await sleep(300) // time for the function's process to get as far as it will
    emulator.kill('SIGKILL')
    await until(() => !isAlive(pid))
  })
})

test('nothing of the above is left running', async () => {
  vefaas.close()
  const instances = () =>
    execFileSync('ps', ['-eo', 'ppid=,stat=,args='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => new RegExp(`^\\s*${process.pid}\\s+[^Z].*bootstrap`).test(line))
  await until(() => instances().length === 0)
})
