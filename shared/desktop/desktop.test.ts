import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type Desktop, DesktopError, openDesktop } from './index.ts'
import type { Picture, Rectangle } from './pixels/frame.ts'
import { FakeServer, FakeStream, greeting, type Part, pictureOf, u16, u32, update, ZlibStream } from './testing.ts'

const opened: Desktop[] = []
afterEach(async () => {
  for (const desktop of opened.splice(0)) await desktop.close()
})

async function connect(server: FakeServer): Promise<Desktop> {
  const desktop = await openDesktop(server.stream)
  opened.push(desktop)
  return desktop
}

/** The colours of a PNG, three bytes each. */
function decodePng(bytes: Uint8Array, width: number): Buffer {
  const file = Buffer.from(bytes)
  const start = file.indexOf('IDAT')
  const lines = inflateSync(file.subarray(start + 4, start + 4 + file.readUInt32BE(start - 4)))
  const length = 1 + 3 * width
  const colours = Buffer.alloc((lines.length / length) * 3 * width)
  for (let row = 0; row * length < lines.length; row++)
    lines.copy(colours, row * 3 * width, row * length + 1, (row + 1) * length)
  return colours
}

function coloursOf({ width, pixels }: Picture, { x, y, width: columns, height }: Rectangle): Buffer {
  const colours: number[] = []
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + columns; column++) {
      const at = 4 * (row * width + column)
      colours.push(...pixels.subarray(at, at + 3))
    }
  }
  return Buffer.from(colours)
}

const all = ({ width, height }: Picture): Rectangle => ({ x: 0, y: 0, width, height })

async function expectPicture(desktop: Desktop, picture: Picture, region?: Rectangle): Promise<void> {
  const png = await desktop.screenshot({ region })
  const area = region ?? all(picture)
  expect([png.width, png.height]).toEqual([area.width, area.height])
  expect(decodePng(png.bytes, png.width).equals(coloursOf(picture, area))).toBe(true)
}

describe('a screenshot', () => {
  test('shows the desktop as it is now, and not as it was', async () => {
    const server = new FakeServer(pictureOf(20, 10))
    const desktop = await connect(server)
    await expectPicture(desktop, server.picture)
    server.picture = { ...server.picture, pixels: server.picture.pixels.map((byte) => 255 - byte) }
    await expectPicture(desktop, server.picture)
  })

  test('of a region requests and shows only the region', async () => {
    const server = new FakeServer(pictureOf(20, 10))
    const requested: Rectangle[] = []
    server.onRequest = (area) => {
      requested.push(area)
      server.sendRaw(area)
    }
    const region = { x: 5, y: 2, width: 7, height: 3 }
    await expectPicture(await connect(server), server.picture, region)
    expect(requested).toEqual([region])
  })

  test('can be smaller', async () => {
    const server = new FakeServer(pictureOf(20, 10))
    const { width, height } = await (await connect(server)).screenshot({ scale: 0.5 })
    expect([width, height]).toEqual([10, 5])
  })

  test('waits for all parts of a picture that the server sends in several updates', async () => {
    const server = new FakeServer(pictureOf(20, 10))
    const requests: boolean[] = []
    server.onRequest = (_, isIncremental) => {
      requests.push(isIncremental)
      server.sendRaw({ x: 0, y: 4 * (requests.length - 1), width: 20, height: requests.length === 3 ? 2 : 4 })
    }
    await expectPicture(await connect(server), server.picture)
    expect(requests).toEqual([false, true, true])
  })

  test('asks again after an update without pixels', async () => {
    const server = new FakeServer(pictureOf(20, 10))
    let requests = 0
    server.onRequest = (area) => (requests++ === 0 ? server.stream.send(...update()) : server.sendRaw(area))
    await expectPicture(await connect(server), server.picture)
  })

  test('asks again when the size changes in the middle', async () => {
    const server = new FakeServer(pictureOf(20, 10))
    const desktop = await connect(server)
    server.onRequest = (area) => {
      server.picture = pictureOf(30, 15)
      server.onRequest = (request) => server.sendRaw(request)
      const size = { area: all(server.picture), encoding: -223, content: [] }
      const old = { area, encoding: 0, content: new Uint8Array(4 * area.width * area.height) }
      server.stream.send(...update(old, size))
    }
    await expectPicture(desktop, pictureOf(30, 15))
    expect(desktop.size).toEqual({ width: 30, height: 15 })
  })

  test('of a region that a new size leaves outside fails', async () => {
    const server = new FakeServer(pictureOf(20, 10))
    server.onRequest = () => {
      server.stream.send(...update({ area: { x: 0, y: 0, width: 8, height: 8 }, encoding: -223, content: [] }))
    }
    const region = { x: 10, y: 0, width: 5, height: 5 }
    await expect((await connect(server)).screenshot({ region })).rejects.toMatchObject({ code: 'InvalidArgument' })
  })

  test('ignores bells, palettes and texts in between', async () => {
    const server = new FakeServer(pictureOf(20, 10))
    server.onRequest = (area) => {
      server.stream.send([2], [1, 0, 0, 0, ...u16(2), ...Array(12).fill(9)], [3, 0, 0, 0, ...u32(2), 65, 66], [2])
      server.sendRaw(area)
    }
    await expectPicture(await connect(server), server.picture)
  })

  test('has the right pixels wherever the stream is cut, with both encodings', async () => {
    const rectangles = fc.array(fc.record({ y: fc.nat(9), isCompressed: fc.boolean() }), { maxLength: 4 })
    const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(rectangles, lengths, async (rectangles, lengths) => {
        const server = new FakeServer(pictureOf(17, 10))
        server.stream.cut = cutBy(lengths)
        const zlib = new ZlibStream()
        server.onRequest = async (area) => {
          const parts = []
          // The first covers all, and so does the last.
          for (const { y, isCompressed } of [whole(false), ...rectangles, whole(true)]) {
            const rectangle = { x: 0, y, width: area.width, height: area.height - y }
            parts.push(isCompressed ? await zrle(server.picture, rectangle, zlib) : raw(server.picture, rectangle))
          }
          server.stream.send(...update(...parts))
        }
        await expectPicture(await connect(server), server.picture)
      }),
      { numRuns: 50 },
    )
  })
})

const whole = (isCompressed: boolean) => ({ y: 0, isCompressed })

/** Cuts bytes into chunks of these lengths, again and again. */
function cutBy(lengths: readonly number[]): FakeStream['cut'] {
  let index = 0
  return (bytes) => {
    const chunks: Uint8Array[] = []
    for (let offset = 0; offset < bytes.length; ) {
      const length = lengths[index++ % lengths.length] ?? 1
      chunks.push(bytes.subarray(offset, offset + length))
      offset += length
    }
    return chunks
  }
}

function raw(picture: Picture, area: Rectangle) {
  const colours = coloursOf(picture, area)
  const content = new Uint8Array((colours.length / 3) * 4)
  for (let index = 0; index < colours.length / 3; index++)
    content.set(colours.subarray(3 * index, 3 * index + 3), 4 * index)
  return { area, encoding: 0, content }
}

/** Areas of one tile, each as plain pixels. */
async function zrle(picture: Picture, area: Rectangle, zlib: ZlibStream) {
  return {
    area,
    encoding: 16,
    content: await zlib.compress(Buffer.concat([Buffer.from([0]), coloursOf(picture, area)])),
  }
}

describe('the mouse', () => {
  const act = async (act: (desktop: Desktop) => Promise<void>) => {
    const server = new FakeServer(pictureOf(100, 50))
    await act(await connect(server))
    return server.events
  }

  test('moves', async () => {
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    expect(desktop.cursor()).toBe(undefined)
    await desktop.move({ x: 99, y: 0 })
    expect(server.events).toEqual(['pointer 99,0 0'])
    expect(desktop.cursor()).toEqual({ x: 99, y: 0 })
  })

  test('clicks where it is, or elsewhere, with any button, up to three times', async () => {
    expect(await act((desktop) => desktop.click({ at: { x: 1, y: 2 } }))).toEqual([
      'pointer 1,2 0',
      'pointer 1,2 1',
      'pointer 1,2 0',
    ])
    const events = await act(async (desktop) => {
      await desktop.move({ x: 3, y: 4 })
      await desktop.click({ button: 'right', count: 2 })
      await desktop.click({ button: 'middle' })
    })
    expect(events.map((event) => event.split(' ')[2]).join(' ')).toBe('0 4 0 4 0 2 0')
  })

  test('waits between the events of clicks until the server has handled them', async () => {
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    await desktop.move({ x: 3, y: 4 })
    server.events.length = 0
    server.onRequest = (area) => {
      server.events.push('request')
      server.sendRaw(area)
    }
    await desktop.click({ count: 2 })
    const steps = server.events.map((event) => event.split(' ')[2] ?? event)
    expect(steps.join(' ')).toBe('1 request 0 request 1 request 0 request')
  })

  test('drags in steps', async () => {
    const events = await act((desktop) => desktop.drag({ x: 0, y: 0 }, { x: 60, y: 24 }))
    expect(events.slice(0, 3)).toEqual(['pointer 0,0 0', 'pointer 0,0 1', 'pointer 5,2 1'])
    expect(events.slice(-2)).toEqual(['pointer 60,24 1', 'pointer 60,24 0'])
    expect(events).toHaveLength(15)
  })

  test.each([
    ['up', 8],
    ['down', 16],
    ['left', 32],
    ['right', 64],
  ] as const)('scrolls %s', async (direction, button) => {
    const events = await act((desktop) => desktop.scroll({ at: { x: 5, y: 6 }, direction, amount: 2 }))
    expect(events.map((event) => Number(event.split(' ')[2]))).toEqual([0, button, 0, button, 0])
  })

  test('holds a button until it is released, and clicks with another meanwhile', async () => {
    const events = await act(async (desktop) => {
      await desktop.move({ x: 1, y: 1 })
      await desktop.buttonDown()
      await desktop.move({ x: 2, y: 2 })
      await desktop.click({ button: 'right' })
      await desktop.buttonUp()
    })
    expect(events.map((event) => event.split(' ')[2]).join(' ')).toBe('0 1 1 5 1 0')
  })

  test.each<[string, (desktop: Desktop) => Promise<unknown>]>([
    ['a point outside', (desktop) => desktop.move({ x: 100, y: 0 })],
    ['a negative point', (desktop) => desktop.move({ x: 0, y: -1 })],
    ['half a pixel', (desktop) => desktop.move({ x: 0.5, y: 0 })],
    ['a drag to a point outside', (desktop) => desktop.drag({ x: 0, y: 0 }, { x: 0, y: 50 })],
    ['a click at an unknown point', (desktop) => desktop.click()],
    ['no steps of the wheel', (desktop) => desktop.scroll({ at: { x: 0, y: 0 }, direction: 'up', amount: 0 })],
    ['too many steps', (desktop) => desktop.scroll({ at: { x: 0, y: 0 }, direction: 'up', amount: 101 })],
    ['an empty region', (desktop) => desktop.screenshot({ region: { x: 0, y: 0, width: 0, height: 1 } })],
    ['a region outside', (desktop) => desktop.screenshot({ region: { x: 99, y: 0, width: 2, height: 1 } })],
    ['a scale of 0', (desktop) => desktop.screenshot({ scale: 0 })],
    ['a scale above 1', (desktop) => desktop.screenshot({ scale: 1.1 })],
    ['a key without a name', (desktop) => desktop.press('')],
    ['a key that does not exist', (desktop) => desktop.press('ctrl+nothing')],
    ['a text with a control character', (desktop) => desktop.type('one\u0007')],
    ['half of a character', (desktop) => desktop.type('one\ud83d')],
  ])('and the keyboard refuse %s, and send nothing', async (_, call) => {
    const server = new FakeServer(pictureOf(100, 50))
    await expect(call(await connect(server))).rejects.toMatchObject({ code: 'InvalidArgument' })
    expect(server.events).toEqual([])
  })
})

describe('the keyboard', () => {
  const act = async (act: (desktop: Desktop) => Promise<void>) => {
    const server = new FakeServer(pictureOf(100, 50))
    await act(await connect(server))
    return server.events.map((event) => event.replace('key ', '').replace(' down', '+').replace(' up', '-')).join(' ')
  }
  const press = (combination: string) => act((desktop) => desktop.press(combination))

  test('presses keys together, and releases them in reverse', async () => {
    expect(await press('ctrl+alt+Delete')).toBe('ffe3+ ffe9+ ffff+ ffff- ffe9- ffe3-')
  })

  test('presses Shift as a keyboard does', async () => {
    expect(await press('a')).toBe('61+ 61-')
    expect(await press('A')).toBe('ffe1+ 41+ 41- ffe1-')
    expect(await press('shift+a')).toBe('ffe1+ 41+ 41- ffe1-')
    expect(await press('ctrl+A')).toBe('ffe3+ 61+ 61- ffe3-')
    expect(await press('ctrl+shift+t')).toBe('ffe3+ ffe1+ 54+ 54- ffe1- ffe3-')
    expect(await press('shift+Tab')).toBe('ffe1+ fe20+ fe20- ffe1-')
    expect(await act((desktop) => desktop.type('aB!'))).toBe('61+ 61- ffe1+ 42+ 42- ffe1- ffe1+ 21+ 21- ffe1-')
  })

  test('holds keys until they are released, with Shift in any order', async () => {
    const events = await act(async (desktop) => {
      await desktop.keyDown('shift')
      await desktop.keyDown('t')
      await desktop.press('x')
      await desktop.keyUp('shift')
      await desktop.keyUp('T')
    })
    expect(events).toBe('ffe1+ 54+ 58+ 58- ffe1- 54-')
  })

  test('types line breaks of any kind as Return, and tabs as Tab', async () => {
    expect(await act((desktop) => desktop.type('\n\r\n\r\t'))).toBe('ff0d+ ff0d- ff0d+ ff0d- ff0d+ ff0d- ff09+ ff09-')
  })

  test('types other characters by their code point, and not more of them than servers can press', async () => {
    expect(await act((desktop) => desktop.type('\u00e4\u4e2d\u{1f600}'))).toBe(
      'e4+ e4- 1004e2d+ 1004e2d- 101f600+ 101f600-',
    )
    const text = String.fromCodePoint(...Array.from({ length: 17 }, (_, index) => 0x4e00 + index))
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    await desktop.type(text.slice(0, 16).repeat(3))
    const { length } = server.events
    await expect(desktop.type(text)).rejects.toMatchObject({ code: 'Unsupported' })
    expect(server.events).toHaveLength(length)
  })
})

describe('nothing stays pressed', () => {
  const pressed = ({ events }: FakeServer) => {
    const keys = new Set<string>()
    let buttons = '0'
    for (const [kind, what = '', state = ''] of events.map((event) => event.split(' '))) {
      if (kind === 'pointer') buttons = state
      else if (state === 'down') keys.add(what)
      else keys.delete(what)
    }
    return [...keys, buttons]
  }

  test('after the connection is closed', async () => {
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    await desktop.move({ x: 1, y: 1 })
    await desktop.keyDown('ctrl')
    await desktop.buttonDown('right')
    expect(pressed(server)).toEqual(['ffe3', '4'])
    await desktop.close()
    expect(pressed(server)).toEqual(['0'])
    expect(server.stream.isDestroyed).toBe(true)
  })

  test.each<[string, (desktop: Desktop, limits: { signal: AbortSignal }) => Promise<void>]>([
    ['a drag', (desktop, limits) => desktop.drag({ x: 0, y: 0 }, { x: 9, y: 9 }, limits)],
    ['a key', (desktop, limits) => desktop.keyDown('a', limits)],
    ['a button', (desktop, limits) => desktop.buttonDown('left', limits)],
    ['a text', (desktop, limits) => desktop.type('A'.repeat(100), limits)],
  ])('after %s that was aborted, but what was pressed before', async (_, call) => {
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    await desktop.move({ x: 1, y: 1 })
    await desktop.keyDown('alt')
    server.onRequest = () => {}
    const controller = new AbortController()
    const calling = call(desktop, { signal: controller.signal })
    await expect.poll(() => server.events.length).toBeGreaterThan(2)
    controller.abort()
    await expect(calling).rejects.toMatchObject({ code: 'Aborted' })
    expect(pressed(server)).toEqual(['ffe9', '0'])
    server.stream.end()
  })
})

describe('limits', () => {
  test('a call that was aborted before sends nothing', async () => {
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    const pressing = desktop.press('a', { signal: AbortSignal.abort() })
    await expect(pressing).rejects.toMatchObject({ code: 'Aborted' })
    expect(server.events).toEqual([])
  })

  test('a server that is silent is a Timeout, and the next call works when it speaks again', async () => {
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    let answerFirst = () => {}
    server.onRequest = (area) => {
      const old = server.picture
      answerFirst = () => server.stream.send(...update(raw(old, area)))
    }
    await expect(desktop.screenshot({ deadline: Date.now() + 50 })).rejects.toMatchObject({ code: 'Timeout' })
    await expect(desktop.screenshot({ deadline: Date.now() + 50 })).rejects.toMatchObject({ code: 'Timeout' })
    server.onRequest = (area) => server.sendRaw(area)
    server.picture = { ...server.picture, pixels: server.picture.pixels.map((byte) => 255 - byte) }
    const next = expectPicture(desktop, server.picture) // and not the old one, which comes before
    answerFirst()
    await next
  })

  test('a call waits for its turn, no longer than its deadline', async () => {
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    server.onRequest = () => {}
    const first = desktop.screenshot({ deadline: Date.now() + 400 })
    await expect(desktop.press('a', { deadline: Date.now() + 50 })).rejects.toMatchObject({ code: 'Timeout' })
    expect(server.events).toEqual([])
    await expect(first).rejects.toMatchObject({ code: 'Timeout' })
    server.stream.end()
  })

  test('all calls fail when the server closes the connection, and close does not', async () => {
    const server = new FakeServer(pictureOf(100, 50))
    const desktop = await connect(server)
    await desktop.keyDown('ctrl')
    server.onRequest = () => server.stream.end()
    await expect(desktop.screenshot()).rejects.toMatchObject({ code: 'Closed' })
    await expect(desktop.press('a')).rejects.toMatchObject({ code: 'Closed' })
    expect(server.stream.isDestroyed).toBe(true)
    await desktop.close()
    await desktop.close()
  })
})

describe('a hostile server', () => {
  const size = { width: 64, height: 64 }
  const area = { x: 0, y: 0, ...size }

  /** The code of the error, or the text "done". */
  const outcome = async (stream: FakeStream, timeoutMs: number): Promise<string> => {
    try {
      const limits = { deadline: Date.now() + timeoutMs }
      const desktop = await openDesktop(stream, limits)
      opened.push(desktop)
      await desktop.screenshot(limits)
      await desktop.readClipboard(limits)
      return 'done'
    } catch (error) {
      if (!(error instanceof DesktopError)) throw error
      expect(error.message).not.toContain('\u0007')
      return error.code
    }
  }

  test.each<[string, string, Part[]]>([
    ['TooLarge', 'a desktop of 65,535 x 65,535', greeting({ width: 65_535, height: 65_535 })],
    ['ProtocolError', 'a desktop of no pixels', greeting({ width: 0, height: 64 })],
    [
      'TooLarge',
      'a new size of 65,535 x 65,535',
      [
        ...greeting(size),
        ...update({ area: { x: 0, y: 0, width: 65_535, height: 65_535 }, encoding: -223, content: [] }),
      ],
    ],
    [
      'ProtocolError',
      'pixels outside of the desktop',
      [...greeting(size), ...update({ area: { ...area, x: 1 }, encoding: 0, content: [] })],
    ],
    [
      'ProtocolError',
      'an encoding that was not requested',
      [...greeting(size), ...update({ area, encoding: 1, content: [] })],
    ],
    ['ProtocolError', 'a message of an unknown type', [...greeting(size), [250]]],
    [
      'ProtocolError',
      'an extended message without flags',
      [...greeting(size), [3, 0, 0, 0, ...u32(0xfffffffd), 0, 0, 0]],
    ],
    ['Timeout', 'half an update', [...greeting(size), [0, 0, 0, 1, 0, 0]]],
    ['Timeout', 'updates without pixels', [...greeting(size), ...Array(40).fill([0, 0, 0, 0])]],
    ['ProtocolError', 'endless updates without pixels', [...greeting(size), ...Array(70).fill([0, 0, 0, 0])]],
  ])('gets %s for %s', async (code, _, parts) => {
    const stream = new FakeStream()
    stream.send(...parts)
    expect(await outcome(stream, code === 'Timeout' ? 100 : 60_000)).toBe(code)
    for (const desktop of opened.splice(0)) await desktop.close()
    expect(stream.isDestroyed).toBe(true)
  })

  test.each([
    ['a text of 2 GiB', 0x7fffffff],
    ['an extended message of 2 GiB', 0x80000000],
  ])('sends %s, which is not kept', async (_, length) => {
    const stream = new FakeStream()
    const chunk = new Uint8Array(1_000_000)
    // Sends a chunk as soon as the one before is read.
    const endless: FakeStream[typeof Symbol.asyncIterator] = async function* () {
      yield Buffer.concat(
        [...greeting(size), [3, 0, 0, 0, ...u32(length)]].map((part) => Buffer.from(part as Uint8Array)),
      )
      for (let count = 0; count < 500; count++) yield chunk
      stream.end()
      await new Promise(() => {})
    }
    stream[Symbol.asyncIterator] = endless
    const before = process.memoryUsage().arrayBuffers
    expect(await outcome(stream, 500)).toBe('Timeout')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
  })

  test('whatever it sends, cut anywhere, then silent or gone: an error of this client in time', async () => {
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constant([2]),
      fc
        .record({ x: fc.nat(70), width: fc.nat(70), encoding: fc.constantFrom(0, 16, -223, 5) })
        .map(({ x, width, encoding }) => [...[0, 0, 0, 1], ...u16(x, 0, width, 3), ...u32(encoding >>> 0)]),
      fc
        .record({ length: fc.integer(), flags: fc.integer() })
        .map(({ length, flags }) => [...[3, 0, 0, 0], ...u32(length >>> 0, flags >>> 0)]),
    )
    const messages = fc.array(message, { maxLength: 12 })
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(messages, lengths, fc.boolean(), fc.boolean(), async (messages, lengths, isPolite, isGone) => {
        const stream = new FakeStream()
        stream.cut = cutBy(lengths)
        if (isPolite) stream.send(...greeting(size))
        stream.send(...messages)
        if (isGone) stream.end()
        const started = Date.now()
        expect(await outcome(stream, 100)).not.toBe('done')
        expect(Date.now() - started).toBeLessThan(60_000)
        for (const desktop of opened.splice(0)) await desktop.close()
        expect(stream.isDestroyed).toBe(true)
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })
})

describe('the clipboard', () => {
  const CAPS = 0x1f000001
  const NOTIFY = 0x08000001

  test('in Latin-1 goes both ways, and takes nothing else', async () => {
    const server = new FakeServer(pictureOf(9, 9))
    const received: string[] = []
    server.onClipboard = (length, content) => received.push(`${length} ${Buffer.from(content).toString('latin1')}`)
    const desktop = await connect(server)
    expect(await desktop.readClipboard()).toBe(undefined)
    server.stream.send([3, 0, 0, 0, ...u32(3), 0x61, 0xe9, 0x80])
    expect(await desktop.readClipboard()).toBe('a\u00e9\u0080')
    await desktop.writeClipboard('\u00fc\n')
    expect(received).toEqual(['2 \u00fc\n'])
    expect(await desktop.readClipboard()).toBe('\u00fc\n')
    await expect(desktop.writeClipboard('\u4e2d')).rejects.toMatchObject({ code: 'Unsupported' })
    await expect(desktop.writeClipboard('a'.repeat(1_048_577))).rejects.toMatchObject({ code: 'TooLarge' })
  })

  test('that is too long to keep is reported, and the connection goes on', async () => {
    const server = new FakeServer(pictureOf(9, 9))
    const desktop = await connect(server)
    server.stream.send([3, 0, 0, 0, ...u32(1_048_577)], new Uint8Array(1_048_577))
    await expect(desktop.readClipboard()).rejects.toMatchObject({ code: 'TooLarge' })
    await expectPicture(desktop, server.picture)
  })

  test('in Unicode is announced, and sent on request', async () => {
    const server = new FakeServer(pictureOf(9, 9))
    const extended = (flags: number, content: Uint8Array = new Uint8Array(0)) =>
      server.stream.send([3, 0, 0, 0, ...u32(-(4 + content.length) >>> 0, flags)], content)
    const flags: string[] = []
    let text = ''
    server.onClipboard = (length, content) => {
      const bytes = Buffer.from(content)
      flags.push(bytes.readUInt32BE(0).toString(16))
      expect(length).toBe(-bytes.length)
      if (bytes.readUInt32BE(0) === 0x10000001) text = inflateSync(bytes.subarray(4)).subarray(4).toString()
      if (bytes.readUInt32BE(0) === 0x02000001)
        extended(0x10000001, deflateSync(Buffer.concat([Buffer.from(u32(6)), Buffer.from('\u4e2d\r\n\0')])))
    }
    const desktop = await connect(server)
    extended(CAPS, new Uint8Array(4))
    extended(NOTIFY)
    expect(await desktop.readClipboard()).toBe('\u4e2d\n')
    await desktop.writeClipboard('\u{1f600}\n')
    extended(0x02000001)
    await expect.poll(() => text).toBe('\u{1f600}\r\n\0')
    expect(flags).toEqual(['1b000001', '2000001', '8000001', '10000001'])
  })
})
