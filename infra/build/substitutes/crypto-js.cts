const { createHash, createHmac }: typeof import('node:crypto') = require('node:crypto')

/**
 * Replaces, in the bundles, the modules of crypto-js that the Signer of \@volcengine/openapi uses. The native code of Node
 * signs six times faster, and a bundle is 6 kB smaller. This is CommonJS like the Signer, so esbuild needs no code to convert
 * between the two kinds of modules.
 *
 * A digest supports only what the Signer does with it: conversion to a hex text, and use as a key.
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
