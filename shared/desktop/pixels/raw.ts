import type { ByteReader } from '../connection/byte-reader.ts'
import { FRESH, type Frame, type Rectangle } from './frame.ts'

/** Reads a rectangle of uncompressed pixels into the frame (RFC 6143, section 7.7.1). */
export async function readRaw(reader: ByteReader, frame: Frame, area: Rectangle): Promise<void> {
  for (const row of frame.rows(area)) {
    row.set(await reader.read(row.length))
    for (let at = 3; at < row.length; at += 4) row[at] = FRESH
  }
}
