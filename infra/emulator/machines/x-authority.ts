import { writeFileSync } from 'node:fs'

const PROTOCOL = 'MIT-MAGIC-COOKIE-1'

/** For any address and any display: the server chooses its display after it has read the file. */
const WILD = 0xffff

/** Writes the file by which an X server and its clients know each other (Xau, "AuFileName"), for nobody but its owner. */
export function writeXAuthority(file: string, cookie: Buffer): void {
  const family = Buffer.alloc(2)
  family.writeUInt16BE(WILD)
  const fields = ['', '', PROTOCOL, cookie].map(counted)
  writeFileSync(file, Buffer.concat([family, ...fields]), { mode: 0o600 })
}

function counted(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}
