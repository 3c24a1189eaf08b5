import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerChallenge, encryptBlock } from './des.ts'

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('DES', () => {
  // NIST SP 800-17, tables A.1 (variable plaintext) and A.2 (variable key), and the classic example of FIPS 46.
  test.each([
    ['0101010101010101', '8000000000000000', '95f8a5e5dd31d900'],
    ['0101010101010101', '0000000000000001', '166b40b44aba4bd6'],
    ['8001010101010101', '0000000000000000', '95a8d72813daa94d'],
    ['133457799bbcdff1', '0123456789abcdef', '85e813540f0ab405'],
  ])('encrypts with key %s the block %s as %s', (key, block, result) => {
    expect(toHex(encryptBlock(hex(block), hex(key)))).toBe(result)
  })

  test('encrypts every block with every key as OpenSSL does', () => {
    const bytes = fc.uint8Array({ minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(bytes, bytes, (block, key) => {
        // OpenSSL 3 has no single DES, but Triple DES with one key three times is the same.
        const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null).setAutoPadding(false)
        expect(toHex(encryptBlock(block, key))).toBe(cipher.update(block).toString('hex'))
      }),
    )
  })
})

describe('the answer to a challenge', () => {
  test('depends on the first eight bytes of the password, in UTF-8', () => {
    const challenge = hex('00112233445566778899aabbccddeeff')
    expect(answerChallenge(challenge, 'password')).toEqual(answerChallenge(challenge, 'password and more'))
    expect(answerChallenge(challenge, 'password')).not.toEqual(answerChallenge(challenge, 'passworD'))
    expect(answerChallenge(challenge, '')).toHaveLength(16)
  })
})
