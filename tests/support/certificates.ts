import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A certificate and the key to it, both in PEM, as `node:https` takes them. */
export interface Certified {
  cert: string
  key: string
}

interface Wanted {
  /** The IPv4 addresses that it is for. */
  addresses?: readonly string[]
  /** Milliseconds since 1970; default from an hour ago to an hour from now. */
  from?: number
  to?: number
}

export interface Authority extends Certified {
  /** A certificate that this CA has signed. */
  issue(wanted: Wanted): Certified
}

/**
 * A CA for tests, with a new key: so no key stands in the repository, and no certificate there ever expires. Node.js reads
 * X.509 and cannot write it; of the format (RFC 5280, in DER) this is what a server needs.
 */
export function makeAuthority(name = 'Test CA'): Authority {
  const { publicKey, privateKey } = keyPair()
  const certify = (subject: string, key: KeyObject, extension: Buffer, { from, to }: Wanted) => {
    const body = sequence(
      der(0xa0, integer(2)), // version 3
      integer(1),
      ECDSA_WITH_SHA256,
      nameOf(name), // the issuer
      sequence(timeOf(from ?? Date.now() - HOUR), timeOf(to ?? Date.now() + HOUR)),
      nameOf(subject),
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(extension)),
    )
    const signature = der(0x03, Buffer.of(0), sign('sha256', body, privateKey))
    return pemOf(sequence(body, ECDSA_WITH_SHA256, signature))
  }
  return {
    cert: certify(name, publicKey, extensionOf(BASIC_CONSTRAINTS, sequence(TRUE)), {}),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    issue(wanted) {
      const own = keyPair()
      const addresses = (wanted.addresses ?? []).map((address) =>
        der(0x87, Buffer.from(address.split('.').map(Number))),
      )
      const extension = extensionOf(SUBJECT_ALT_NAME, sequence(...addresses))
      return {
        cert: certify('agent', own.publicKey, extension, wanted),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      }
    },
  }
}

const HOUR = 3_600_000

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A value with its tag and length. None here has 64 KiB. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const integer = (value: number) => der(0x02, Buffer.of(value))
const TRUE = der(0x01, Buffer.of(255))
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))

const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'))
const COMMON_NAME = objectId('550403')
const SUBJECT_ALT_NAME = objectId('551d11')
const BASIC_CONSTRAINTS = objectId('551d13')

const nameOf = (text: string) => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(text)))))
const extensionOf = (id: Buffer, value: Buffer) => sequence(id, der(0x04, value))

/** As GeneralizedTime, `20261123120000Z`. */
const timeOf = (time: number) => der(0x18, Buffer.from(new Date(time).toISOString().replace(/\.\d+|\D(?!$)/g, '')))

function pemOf(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
