import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FakeStream, type Part, u16, u32 } from '../testing.ts'
import { ByteReader } from './byte-reader.ts'
import { shakeHands } from './handshake.ts'

const PIXEL_FORMAT = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]
const INIT = [...u16(1280, 800), ...PIXEL_FORMAT, ...u32(4), ...Buffer.from('name')]
const CHALLENGE = Array.from({ length: 16 }, (_, index) => 16 * index + 5)

async function open(parts: Part[], password?: string) {
  const stream = new FakeStream()
  stream.send(...parts)
  stream.end()
  const outcome = await shakeHands(new ByteReader(stream), stream, password).catch((error) => error.code)
  return { outcome, sent: Buffer.concat(stream.written).toString('latin1') }
}

/** What a server computes: DES with the password's bits reversed, here as Triple DES with three equal keys. */
function answerTo(challenge: number[], password: string): string {
  const reverse = (byte: number) => Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2)
  const key = Buffer.alloc(8)
  key.write(password)
  const reversed = Buffer.from(key.map(reverse))
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([reversed, reversed, reversed]), null)
  return cipher.setAutoPadding(false).update(Buffer.from(challenge)).toString('latin1')
}

const SIZE = { width: 1280, height: 800 }
const ANSWER = answerTo(CHALLENGE, 'secret')

describe('without a password', () => {
  test.each([
    ['3.3', ['RFB 003.003\n', u32(1), INIT], 'RFB 003.003\n\x01'],
    ['3.7', ['RFB 003.007\n', [1, 1], INIT], 'RFB 003.007\n\x01\x01'],
    ['3.8', ['RFB 003.008\n', [2, 2, 1], u32(0), INIT], 'RFB 003.008\n\x01\x01'],
    ['3.5, which does not exist', ['RFB 003.005\n', u32(1), INIT], 'RFB 003.003\n\x01'],
    ['3.889 of macOS', ['RFB 003.889\n', [1, 1], u32(0), INIT], 'RFB 003.008\n\x01\x01'],
    ['4.1 of RealVNC', ['RFB 004.001\n', [1, 1], u32(0), INIT], 'RFB 003.008\n\x01\x01'],
  ])('version %s', async (_, parts, sent) => {
    expect(await open(parts)).toEqual({ outcome: SIZE, sent })
  })
})

describe('with a password', () => {
  test.each([
    ['3.3', ['RFB 003.003\n', u32(2), CHALLENGE, u32(0), INIT], `RFB 003.003\n${ANSWER}\x01`],
    ['3.7', ['RFB 003.007\n', [1, 2], CHALLENGE, u32(0), INIT], `RFB 003.007\n\x02${ANSWER}\x01`],
    ['3.8', ['RFB 003.008\n', [2, 16, 2], CHALLENGE, u32(0), INIT], `RFB 003.008\n\x02${ANSWER}\x01`],
  ])('version %s', async (_, parts, sent) => {
    expect(await open(parts, 'secret')).toEqual({ outcome: SIZE, sent })
  })

  test('is not used where none is required', async () => {
    const { outcome, sent } = await open(['RFB 003.008\n', [2, 2, 1], u32(0), INIT], 'secret')
    expect(outcome).toEqual(SIZE)
    expect(sent).toBe('RFB 003.008\n\x01\x01')
  })
})

describe('fails', () => {
  const reason = [...u32(6), ...Buffer.from('hidden')]
  test.each([
    ['AuthenticationFailed', 'a missing password in 3.3', ['RFB 003.003\n', u32(2), CHALLENGE], undefined],
    ['AuthenticationFailed', 'a missing password in 3.8', ['RFB 003.008\n', [1, 2], CHALLENGE], undefined],
    ['AuthenticationFailed', 'a wrong password in 3.3', ['RFB 003.003\n', u32(2), CHALLENGE, u32(1)], 'x'],
    ['AuthenticationFailed', 'a wrong password in 3.8', ['RFB 003.008\n', [1, 2], CHALLENGE, u32(1), reason], 'x'],
    ['AuthenticationFailed', 'an unknown method in 3.3', ['RFB 003.003\n', u32(16)], 'x'],
    ['AuthenticationFailed', 'unknown methods in 3.8', ['RFB 003.008\n', [2, 5, 19]], 'x'],
    ['Refused', 'too many failures in 3.3', ['RFB 003.003\n', u32(0), reason], undefined],
    ['Refused', 'too many failures in 3.8', ['RFB 003.008\n', [0], reason], undefined],
    ['ProtocolError', 'another protocol', ['SSH-2.0-OpenSSH_9.2\r\n'], undefined],
    ['ProtocolError', 'a version before 3.3', ['RFB 002.000\n'], undefined],
    [
      'ProtocolError',
      'a name of 4 GiB',
      ['RFB 003.008\n', [1, 1], u32(0), INIT.slice(0, 20), u32(0xffffffff)],
      undefined,
    ],
    ['Closed', 'an end in the version', ['RFB 003.0'], undefined],
    ['Closed', 'an end in the last message', ['RFB 003.008\n', [1, 1], u32(0), INIT.slice(0, -1)], undefined],
  ])('as %s after %s', async (code, _, parts, password) => {
    expect((await open(parts, password)).outcome).toBe(code)
  })
})
