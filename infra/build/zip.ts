import { zipSync } from 'fflate'

// fflate writes the local time, so the same local time gives the same bytes in every time zone. The date is the first one
// that a zip can hold. At noon, no time zone ever changed to or from summer time.
const mtime = new Date(1980, 0, 1, 12)

const UNIX = 3
const REGULAR_FILE_0644 = 0o100644 << 16 // in the upper half, where unzip looks for it

/** Zips files by name. The same files give the same bytes, regardless of their order, the time and the place. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))
  return zipSync(Object.fromEntries(sorted), { level: 6, mtime, os: UNIX, attrs: REGULAR_FILE_0644 })
}
