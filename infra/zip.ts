import { zipSync } from 'fflate'

// fflate writes what the local clock showed then, so the same local time is the same bytes in every time zone. It is the
// first day that a zip can tell; noon, because no clock was ever put forward then.
const mtime = new Date(1980, 0, 1, 12)

const UNIX = 3
const REGULAR_FILE_0644 = 0o100644 << 16 // in the upper half, where unzip looks for it

/** Zips files by name. The same files give the same bytes, whenever, wherever and in whatever order. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime, os: UNIX, attrs: REGULAR_FILE_0644 })
}
