// DES (FIPS 46-3) for one purpose: the challenge of VNC authentication. OpenSSL 3 and browsers do not offer it.

// biome-ignore format: tables of the standard
const INITIAL_PERMUTATION = [
  58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40,
  32, 24, 16, 8,
  57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39,
  31, 23, 15, 7,
]
// biome-ignore format: tables of the standard
const FINAL_PERMUTATION = [
  40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31, 38, 6, 46, 14, 54, 22, 62, 30, 37, 5, 45, 13,
  53, 21, 61, 29,
  36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27, 34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9, 49,
  17, 57, 25,
]
// biome-ignore format: tables of the standard
const EXPANSION = [
  32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
  16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
]
// biome-ignore format: tables of the standard
const ROUND_PERMUTATION = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
]
// biome-ignore format: tables of the standard
const KEY_CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
]
// biome-ignore format: tables of the standard
const KEY_CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
  41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]
const KEY_ROTATIONS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]

// Each digit is a value in base 16; each box has four rows.
const S_BOXES = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map((box) => box.split(' ').map((row) => Array.from(row, (digit) => Number.parseInt(digit, 16))))

/** A number of bits, each 0 or 1, the most significant one first. */
type Bits = number[]

/**
 * Answers the challenge of VNC authentication: encrypts it with the password as the DES key, each byte of which has its
 * bits in reverse order. Only the first eight bytes of the password count (RFC 6143, section 7.2.2).
 */
export function answerChallenge(challenge: Uint8Array, password: string): Uint8Array {
  const key = new Uint8Array(8)
  key.set(new TextEncoder().encode(password).subarray(0, 8))
  const reversed = key.map((byte) => fromBits(toBits([byte]).reverse())[0] ?? 0)
  return new Uint8Array([
    ...encryptBlock(challenge.subarray(0, 8), reversed),
    ...encryptBlock(challenge.subarray(8, 16), reversed),
  ])
}

/** Encrypts eight bytes with a key of eight bytes. */
export function encryptBlock(block: Uint8Array, key: Uint8Array): Uint8Array {
  const permuted = permute(toBits(block), INITIAL_PERMUTATION)
  let left = permuted.slice(0, 32)
  let right = permuted.slice(32)
  for (const roundKey of roundKeys(key)) {
    const mixed = xor(left, substitute(xor(permute(right, EXPANSION), roundKey)))
    left = right
    right = mixed
  }
  return fromBits(permute([...right, ...left], FINAL_PERMUTATION))
}

function roundKeys(key: Uint8Array): Bits[] {
  const chosen = permute(toBits(key), KEY_CHOICE_1)
  let left = chosen.slice(0, 28)
  let right = chosen.slice(28)
  return KEY_ROTATIONS.map((count) => {
    left = rotate(left, count)
    right = rotate(right, count)
    return permute([...left, ...right], KEY_CHOICE_2)
  })
}

/** Replaces each six of 48 bits by four: the outer two choose the row of the S-box, the inner four the column. */
function substitute(bits: Bits): Bits {
  const result = S_BOXES.flatMap((box, index) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bits.slice(6 * index)
    const value = box[2 * a + f]?.[8 * b + 4 * c + 2 * d + e] ?? 0
    return [value >> 3, (value >> 2) & 1, (value >> 1) & 1, value & 1]
  })
  return permute(result, ROUND_PERMUTATION)
}

/** The tables count from 1. */
const permute = (bits: Bits, table: readonly number[]): Bits => table.map((position) => bits[position - 1] ?? 0)

const xor = (one: Bits, other: Bits): Bits => one.map((bit, index) => bit ^ (other[index] ?? 0))

const rotate = (bits: Bits, count: number): Bits => [...bits.slice(count), ...bits.slice(0, count)]

const toBits = (bytes: Iterable<number>): Bits =>
  Array.from(bytes).flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => (byte >> shift) & 1))

function fromBits(bits: Bits): Uint8Array {
  const bytes = new Uint8Array(bits.length / 8)
  for (const [index, bit] of bits.entries()) bytes[index >> 3] = ((bytes[index >> 3] ?? 0) << 1) | bit
  return bytes
}
