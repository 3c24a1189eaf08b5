import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { invalidParameter } from '../gateway/service-errors.ts'

/** The largest zip in bytes: in a request, and uploaded or in TOS (veFaaS API reference, CreateFunction). */
export const maxZipBytes = 15 * 1024 * 1024
export const maxTosBytes = 256 * 1024 * 1024

/** Not documented. It keeps a zip bomb from filling the disk of this computer. */
const maxUnpackedBytes = 1024 * 1024 * 1024

/** The code of a function: a zip, or the name of an image, which the emulator cannot run. */
export type FunctionCode = { zip: Buffer } | { image: string }

/**
 * Reads a zip from the base64 text of a request.
 * @throws ApiError 400 InvalidParameter if it is not base64, not a zip, or too large
 */
export function readZip(base64: string): FunctionCode {
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    throw invalidParameter('Source', 'SourceType zip requires base64')
  }
  return checkZip(Buffer.from(base64, 'base64'), maxZipBytes)
}

/** @throws ApiError 400 InvalidParameter if it is not a zip, or too large */
export function checkZip(zip: Buffer, maxBytes: number): FunctionCode {
  if (zip.length > maxBytes) {
    throw invalidParameter('Source', `the code has ${zip.length} bytes; the limit is ${maxBytes}`)
  }
  filesOf(zip)
  return { zip }
}

/**
 * Unpacks a zip into a folder.
 * @throws ApiError 400 InvalidParameter if a file cannot be written, such as a file below another file
 */
export function unpack(zip: Buffer, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of filesOf(zip)) {
    const file = join(folder, name)
    try {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes)
    } catch (error) {
      throw invalidParameter('Source', `the file ${name} cannot be unzipped: ${(error as Error).message}`)
    }
  }
}

function filesOf(zip: Buffer): [name: string, bytes: Uint8Array][] {
  let unpackedBytes = 0
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(zip, {
      filter({ name, originalSize }) {
        unpackedBytes += originalSize
        if (unpackedBytes > maxUnpackedBytes) throw new RangeError(`it unpacks to more than ${maxUnpackedBytes} bytes`)
        if (isOutside(name)) throw new RangeError(`the file ${name} is outside of the folder`)
        return !name.endsWith('/')
      },
    })
  } catch (error) {
    throw invalidParameter('Source', `the code cannot be unzipped: ${(error as Error).message}`)
  }
  return Object.entries(files)
}

function isOutside(name: string): boolean {
  return name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.includes('\0') || name.split(/[/\\]/).includes('..')
}
