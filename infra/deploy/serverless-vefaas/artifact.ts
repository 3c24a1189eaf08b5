import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Client } from './cloud/client.ts'

/** The packed code of a function. */
export type Artifact = {
  /** The zip file. */
  file: string
  bytes: Buffer
  /** SHA-256 of the bytes, in hexadecimal: shows whether the code has changed. */
  sha256: string
}

/** A larger zip is uploaded separately. veFaaS allows 15 MB in a call, where Base64 adds a third. */
const MAX_INLINE_BYTES = 10_000_000

/** The limit of an upload (veFaaS API reference, CreateFunction). */
const MAX_BYTES = 256_000_000

/** @throws {Error} if the zip does not exist or is too large */
export function readArtifact(file: string): Artifact {
  const bytes = readFileSync(file)
  if (bytes.length > MAX_BYTES) throw new Error(`${file} has ${bytes.length} bytes; veFaaS allows at most ${MAX_BYTES}`)
  return { file, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/**
 * Returns the fields of CreateFunction and UpdateFunction for the code. Uploads it first if it is large.
 * @throws {CloudError}
 */
export async function codeFields(client: Client, { bytes }: Artifact): Promise<{ SourceType: string; Source: string }> {
  if (bytes.length <= MAX_INLINE_BYTES) return { SourceType: 'zip', Source: bytes.toString('base64') }
  // Only official tools use this action; no SDK has it.
  const { OuterSourceLocation, InnerSourceLocation } = await client.call<{
    OuterSourceLocation: string
    InnerSourceLocation: string
  }>('vefaas', 'GenTempTosObjectUrl', {})
  await client.upload(OuterSourceLocation, bytes, 'application/octet-stream')
  return { SourceType: 'tos', Source: InnerSourceLocation }
}
