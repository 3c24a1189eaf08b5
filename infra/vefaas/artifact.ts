import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Client } from './cloud/client.ts'

/** The packed code of a function. */
export type Artifact = {
  /** The zip file. */
  file: string
  bytes: Buffer
  /** Of the bytes: what tells whether code has changed. */
  sha256: string
}

/** The most that goes into a call itself (veFaaS: 15 MB); what is larger is uploaded first. */
const MAX_INLINE_BYTES = 10_000_000

/** The most that can be uploaded (veFaaS API reference, CreateFunction). */
const MAX_BYTES = 256_000_000

/** Reads a zip. Throws Error when it is not there or too large. */
export function readArtifact(file: string): Artifact {
  const bytes = readFileSync(file)
  if (bytes.length > MAX_BYTES) throw new Error(`${file} has ${bytes.length} bytes; veFaaS takes ${MAX_BYTES} at most`)
  return { file, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** The fields of CreateFunction and UpdateFunction that bring the code. @throws CloudError */
export async function codeFields(client: Client, { bytes }: Artifact): Promise<{ SourceType: string; Source: string }> {
  if (bytes.length <= MAX_INLINE_BYTES) return { SourceType: 'zip', Source: bytes.toString('base64') }
  // Known from official tools alone: no SDK has this action.
  const { OuterSourceLocation, InnerSourceLocation } = await client.call<{
    OuterSourceLocation: string
    InnerSourceLocation: string
  }>('vefaas', 'GenTempTosObjectUrl', {})
  await client.upload(OuterSourceLocation, bytes, 'application/octet-stream')
  return { SourceType: 'tos', Source: InnerSourceLocation }
}
