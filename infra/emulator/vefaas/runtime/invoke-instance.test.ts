import { afterAll, describe, expect, it } from 'vitest'
import { runtimeForTests } from './testing.ts'

const { functionOf, answering, close } = runtimeForTests()
afterAll(close)

describe('the context', () => {
  it('is the request id of the event and nothing else', async () => {
    const { ask } = answering('[context, event.headers["X-Faas-Request-Id"]]')
    const [context, requestId] = JSON.parse((await ask()).text)
    expect(context).toEqual({ requestId })
    expect(requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it('is different for each call', async () => {
    const { ask } = answering('context.requestId')
    expect((await ask()).text).not.toBe((await ask()).text)
  })
})

describe('the response', () => {
  it.each<[what: string, returned: string, expected: { status: number; text: string }]>([
    ['all three fields', '{ statusCode: 201, body: "made" }', { status: 201, text: 'made' }],
    ['nothing', 'undefined', { status: 200, text: '' }],
    ['null', 'null', { status: 200, text: '' }],
    ['an empty object', '{}', { status: 200, text: '' }],
    ['other fields, which are dropped', '{ body: "YQ==", isBase64Encoded: true }', { status: 200, text: 'YQ==' }],
    ['a Buffer', '{ body: Buffer.from("ü") }', { status: 200, text: 'ü' }],
    ['an empty Buffer', '{ body: Buffer.alloc(0) }', { status: 200, text: '' }],
  ])('can be of %s', async (_what, returned, expected) => {
    const { ask } = functionOf(`exports.handler = async () => (${returned})`)
    expect(await ask()).toMatchObject(expected)
  })

  it('keeps bytes unchanged', async () => {
    const { ask } = functionOf('exports.handler = async () => ({ body: Buffer.from([0, 255, 128]) })')
    expect([...(await ask()).body]).toEqual([0, 255, 128])
  })

  it('has the headers of the function and the real duration, which the function cannot override', async () => {
    const { ask } = functionOf(
      `exports.handler = async () => ({ headers: { 'X-A': '1', 'x-faas-execution-duration': '9' } })`,
    )
    const { headers } = await ask()
    expect(headers).toEqual({ 'X-A': '1', 'X-Faas-Execution-Duration': expect.stringMatching(/^\d+\.\d\d$/) })
  })

  it('can come from a handler that is not async', async () => {
    const { ask } = functionOf('exports.handler = () => ({ body: "at once" })')
    expect((await ask()).text).toBe('at once')
  })

  it.each([
    ['a throw', 'throw new TypeError("no\\nluck ü")', 'TypeError: no\nluck ü'],
    ['a rejection', 'return Promise.reject(new Error("later"))', 'Error: later'],
    ['a throw of something else', 'throw "text"', 'text'],
    ['a text', 'return "text"', 'TypeError: handler returned a string instead of an object'],
    ['a status that is not a number', 'return { statusCode: "200" }', 'TypeError: handler returned a statusCode'],
    ['headers that are not strings', 'return { headers: { a: 1 } }', 'TypeError: handler returned headers'],
    ['a body that is an object', 'return { body: {} }', 'TypeError: handler returned a body'],
  ])('of %s is 500', async (_what, code, message) => {
    const { ask } = functionOf(`exports.handler = () => { ${code} }`)
    const { status, headers, text } = await ask()
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
