const { createHash, createHmac }: typeof import('node:crypto') = require('node:crypto')

/**
 * In the bundles these stand for the modules of crypto-js that the Signer of \@volcengine/openapi uses. Node has the
 * same in native code: a signature takes a sixth of the time, and a bundle has 6 kB less. CommonJS, as the Signer is:
 * that spares the code with which esbuild joins the two kinds.
 *
 * Only what the Signer does with a digest is here: it is written as hex where a text is needed, and serves as a key.
 */
module.exports = {
  sha256: (text: string) => digest(createHash('sha256').update(text).digest()),
  hmacSha256: (text: string, key: string | Buffer) => digest(createHmac('sha256', key).update(text).digest()),
}

function digest(bytes: Buffer): Buffer {
  const hex = bytes.toString('hex')
  bytes.toString = () => hex
  return bytes
}
