import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { invalidParameter } from './errors.ts'

/** The largest zip in bytes (veFaaS API reference, CreateFunction): inline or uploaded, and from TOS. */
export const maxZipBytes = 15 * 1024 * 1024
export const maxTosBytes = 256 * 1024 * 1024

/** What a zip may come to when it is unpacked. Not documented; it keeps a zip bomb from filling this computer. */
const maxUnpackedBytes = 1024 * 1024 * 1024

/** What a function is made of: a zip, or the name of an image, which the emulator does not run. */
export type FunctionCode = { zip: Buffer } | { image: string }

/**
 * A zip from the base64 text of a request.
 * @throws ApiError 400 InvalidParameter when it is no base64, no zip, or too large
 */
export function readZip(base64: string): FunctionCode {
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    throw invalidParameter('Source', 'with SourceType zip it has to be base64')
  }
  return checkedZip(Buffer.from(base64, 'base64'), maxZipBytes)
}

/** @throws ApiError 400 InvalidParameter when it is no zip, or too large */
export function checkedZip(zip: Buffer, most: number): FunctionCode {
  if (zip.length > most) throw invalidParameter('Source', `the code has ${zip.length} bytes, and ${most} at most`)
  filesOf(zip)
  return { zip }
}

/**
 * Unpacks a zip into a folder.
 * @throws ApiError 400 InvalidParameter when it has files that cannot be written, such as one below another
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
        if (isOutside(name)) throw new RangeError(`the file ${name} would lie outside of the folder`)
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
