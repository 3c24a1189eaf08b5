import { createHash, createHmac } from 'node:crypto'

/**
 * In the bundles this stands for the modules of crypto-js that the Signer of \@volcengine/openapi uses. Node has the
 * same in native code: a signature takes a sixth of the time, and a bundle has 6 kB less.
 *
 * Only what the Signer does with a digest is here: it is written as hex where a text is needed, and serves as a key.
 */
class Digest {
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  toString(): string {
    return this.bytes.toString('hex')
  }
}

/** `crypto-js/sha256`, for texts. */
export function sha256(text: string): Digest {
  return new Digest(createHash('sha256').update(text).digest())
}

/** `crypto-js/hmac-sha256`, for texts; the key is a text or the result of an earlier call. */
export function hmacSha256(text: string, key: string | Digest): Digest {
  return new Digest(
    createHmac('sha256', typeof key === 'string' ? key : key.bytes)
      .update(text)
      .digest(),
  )
}
