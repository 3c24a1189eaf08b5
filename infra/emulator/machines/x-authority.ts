import { writeFileSync } from 'node:fs'

const PROTOCOL = 'MIT-MAGIC-COOKIE-1'

/** FamilyWild, for any address and any display: the server chooses its display after it has read the file. */
const FAMILY_WILD = 0xffff

/** Writes the file with the cookie that an X server asks its clients for (Xau, "AuFileName"). Only its owner may read it. */
export function writeXAuthority(file: string, cookie: Buffer): void {
  const family = Buffer.alloc(2)
  family.writeUInt16BE(FAMILY_WILD)
  const fields = ['', '', PROTOCOL, cookie].map(withLength)
  writeFileSync(file, Buffer.concat([family, ...fields]), { mode: 0o600 })
}

function withLength(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}
