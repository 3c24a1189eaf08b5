import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { makeAuthority } from '../../../tests/support/certificates.ts'
import { answerWith, startRawStub, startStub } from '../../../tests/support/stub-cloud.ts'
import { CertificateError, type ConnectionOptions, connect, TimeoutError, TooLargeError } from './connection.ts'

const LIMIT = 65_536
const OK = 'HTTP/1.1 200 OK\r\n'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const get = (url: string, options: ConnectionOptions = { maxBytes: LIMIT }, timeoutMs = 15_000) =>
  connect(url, options).get('/', { Host: 'test' }, timeoutMs)

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail('it was answered'),
    (error: unknown) => error,
  )

describe('an answer', () => {
  const sized = async (head: string, body: string) => {
    const stub = await startRawStub((socket) => socket.write(`${head}\r\n${body}`))
    closing.push(stub.close)
    return stub.url
  }

  it('of as many bytes as are allowed, its headers included, is read, and one more is not', async () => {
    const lengthOf = (body: number) => `${OK}Content-Length: ${body}\r\n`
    const most = LIMIT - `${lengthOf(10_000)}\r\n`.length
    const { body } = await get(await sized(lengthOf(most), 'x'.repeat(most)))
    expect(body).toBe('x'.repeat(most))
    const error = await refusal(get(await sized(lengthOf(most + 1), 'x'.repeat(most + 1))))
    expect(error).toBeInstanceOf(TooLargeError)
  })

  it('is counted in bytes, not in characters', async () => {
    const body = '桌'.repeat(30_000)
    const error = await refusal(get(await sized(`${OK}Content-Length: 90000\r\n`, body)))
    expect(error).toBeInstanceOf(TooLargeError)
  })

  it('is put together whatever stands at the edges of its pieces', async () => {
    const bytes = Buffer.from('"桌面😀é"')
    const stub = await startRawStub(async (socket) => {
      socket.setNoDelay(true)
      socket.write(`${OK}Content-Length: ${bytes.length}\r\n\r\n`)
      for (const byte of bytes) {
        socket.write(Buffer.of(byte))
        await sleep(2)
      }
    })
    closing.push(stub.close)
    expect((await get(stub.url)).body).toBe('"桌面😀é"')
  })

  it('counts for itself: many over one connection may be more than one may be', async () => {
    const stub = await startStub((_, response) => answerWith(response, 'x'.repeat(40_000)))
    closing.push(stub.close)
    const connection = connect(stub.url, { maxBytes: LIMIT })
    for (let time = 0; time < 5; time++) {
      expect((await connection.get('/', { Host: connection.host }, 15_000)).body).toHaveLength(40_000)
    }
    expect(stub.connections()).toBe(1)
  })

  it('of the cloud may be as large as its pages are', async () => {
    const stub = await startStub((_, response) => answerWith(response, 'x'.repeat(2_000_000)))
    closing.push(stub.close)
    expect((await get(stub.url, {})).body).toHaveLength(2_000_000)
  })
})

/** Sends the head, and then the piece for as long as somebody reads it, 64 MB at most. */
async function startFlood(head: string, piece: string) {
  let tell = (_: number) => {}
  const written = new Promise<number>((resolve) => {
    tell = resolve
  })
  const stub = await startRawStub((socket) => {
    let sum = 0
    const pour = () => {
      while (socket.writable && sum < 64_000_000) {
        sum += piece.length
        if (!socket.write(piece)) return
      }
    }
    socket.on('close', () => tell(sum))
    socket.on('drain', pour)
    socket.write(head)
    pour()
  })
  closing.push(stub.close)
  return { url: stub.url, written }
}

describe('a server that sends without end is left, whatever it sends:', () => {
  it.each([
    ['a body', `${OK}\r\n`, 'x'.repeat(16_384)],
    ['a body of a length that it tells', `${OK}Content-Length: 64000000\r\n\r\n`, 'x'.repeat(16_384)],
    ['chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n'.repeat(1_000)],
    ['answers before the answer', '', 'HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n'.repeat(400)],
  ])('%s', async (_, head, piece) => {
    const flood = await startFlood(head, piece)
    expect(await refusal(get(flood.url))).toBeInstanceOf(TooLargeError)
    // Beside what was read, the buffers of the system: some MB.
    expect(await flood.written).toBeLessThan(32_000_000)
  })

  it('headers: as many as Node.js itself admits', async () => {
    const flood = await startFlood(OK, 'X-Header: xxxxxxxxxxxxxxxxxxxxxxxx\r\n'.repeat(400))
    expect(await refusal(get(flood.url))).toHaveProperty('code', 'HPE_HEADER_OVERFLOW')
    expect(await flood.written).toBeLessThan(32_000_000)
  })

  it('a byte now and then: the time holds for all of it', async () => {
    let timer: NodeJS.Timeout | undefined
    let isClosed = false
    const stub = await startRawStub((socket) => {
      socket.write(`${OK}\r\n`)
      timer = setInterval(() => socket.write('x'), 20)
      socket.on('close', () => {
        isClosed = true
        clearInterval(timer)
      })
    })
    closing.push(stub.close)
    expect(await refusal(get(stub.url, {}, 400))).toBeInstanceOf(TimeoutError)
    await expect.poll(() => isClosed).toBe(true)
  })
})

it('a redirect is an answer like any other', async () => {
  const elsewhere = await startStub((_, response) => answerWith(response, '{}'))
  closing.push(elsewhere.close)
  const stub = await startStub((_, response) => response.writeHead(302, { Location: elsewhere.url }).end())
  closing.push(stub.close)
  expect((await get(stub.url)).status).toBe(302)
  expect(elsewhere.asked).toEqual([])
})

describe('a certificate', () => {
  const authority = makeAuthority()
  const start = async (wanted: Parameters<typeof authority.issue>[0], signer = authority) => {
    const stub = await startStub((_, response) => answerWith(response, 'hello'), '127.0.0.1', signer.issue(wanted))
    closing.push(stub.close)
    return stub
  }
  const HERE = { addresses: ['127.0.0.1'] }

  it.each([
    ['alone', authority.cert],
    ['beside another, with comments', `# one\n${makeAuthority('Other CA').cert}\n# two\n${authority.cert}`],
    ['with lines as Windows ends them', authority.cert.replaceAll('\n', '\r\n')],
  ])('is accepted from a CA that is given %s, also over a fresh connection', async (_, ca) => {
    const stub = await start(HERE)
    const connection = connect(stub.url, { ca })
    connection.open()
    for (const fresh of [false, true, false]) {
      expect((await connection.get('/', { Host: connection.host }, 15_000, fresh)).body).toBe('hello')
    }
  })

  it.each<[string, () => Promise<{ url: string }>, string, string]>([
    ['of a CA that nobody gave', () => start(HERE), '', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['of another CA', () => start(HERE), makeAuthority('Other CA').cert, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['of another CA of the same name', () => start(HERE, makeAuthority()), authority.cert, 'CERT_SIGNATURE_FAILURE'],
    [
      'that has expired',
      () => start({ ...HERE, from: Date.now() - 7_200_000, to: Date.now() - 3_600_000 }),
      authority.cert,
      'CERT_HAS_EXPIRED',
    ],
    [
      'that is not valid yet',
      () => start({ ...HERE, from: Date.now() + 3_600_000, to: Date.now() + 7_200_000 }),
      authority.cert,
      'CERT_NOT_YET_VALID',
    ],
    ['for another address', () => start({ addresses: ['127.0.0.2'] }), authority.cert, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['for no address', () => start({}), authority.cert, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s is refused, and nothing was asked', async (_, begin, ca, code) => {
    const stub = await begin()
    const error = await refusal(get(stub.url, { ca }))
    expect(error).toBeInstanceOf(CertificateError)
    expect(error).toMatchObject({ cause: { code } })
    expect(stub).toMatchObject({ asked: [] })
  })
})
