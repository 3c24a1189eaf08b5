import { randomBytes } from 'node:crypto'
import type { Clock } from '../../gateway/clock.ts'
import { invalidParameter } from '../../gateway/service-errors.ts'
import type { WireRequest, WireResponse } from '../../gateway/wire.ts'
import { accountId, nothingUploaded, uploadSeconds } from '../assumptions.ts'
import { checkZip, type FunctionCode, maxTosBytes } from '../function-code.ts'

const uploadPath = '/_vefaas/uploads/'

interface Upload {
  contentType: string
  /** The required length; undefined: any. */
  contentLength: number | undefined
  expiresAt: number
  store: (bytes: Buffer) => void
}

/** The addresses that code can be uploaded to, and the uploaded code. */
export class UploadStore {
  readonly #clock: Clock
  readonly #expected = new Map<string, Upload>()
  /** By the id of the function, until takeFunctionCode. */
  readonly #functionCode = new Map<string, Buffer>()
  /** By `bucket:key`. */
  readonly #objects = new Map<string, Buffer>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Creates an address for the code of a function and returns its path. */
  addressForFunction(id: string, contentLength: number): string {
    return this.#createAddress('application/zip', contentLength, (bytes) => this.#functionCode.set(id, bytes))
  }

  /** Creates an address for an object in TOS and returns its path, and the `bucket:key` of the object. */
  addressForObject(): { path: string; source: string } {
    const source = `vefaas-temp-${accountId}:${randomBytes(16).toString('hex')}.zip`
    const store = (bytes: Buffer) => this.#objects.set(source, bytes)
    return { path: this.#createAddress('application/octet-stream', undefined, store), source }
  }

  /** @throws ApiError 400 InvalidRequest if nothing was uploaded, InvalidParameter if it is not a zip */
  takeFunctionCode(id: string): FunctionCode {
    const bytes = this.#functionCode.get(id)
    if (!bytes) throw nothingUploaded(id)
    this.#functionCode.delete(id)
    return checkZip(bytes, maxTosBytes)
  }

  /** @throws ApiError 400 InvalidParameter if the object does not exist or is not a zip */
  codeOfObject(source: string): FunctionCode {
    const bytes = this.#objects.get(source)
    if (!bytes) throw invalidParameter('Source', `the object ${source} does not exist; the form is bucket:key`)
    return checkZip(bytes, maxTosBytes)
  }

  /** Accepts an upload; undefined for a path that is not an upload address. */
  answer({ method, path, headers, body }: WireRequest): WireResponse | undefined {
    if (!path.startsWith(uploadPath)) return undefined
    const token = path.slice(uploadPath.length)
    const upload = this.#expected.get(token)
    if (method !== 'PUT') return plainText(405, 'only PUT is allowed')
    if (!upload || upload.expiresAt < this.#clock.now())
      return plainText(403, 'the address is unknown, used or expired')
    if (headers['content-type'] !== upload.contentType) {
      return plainText(
        403,
        `Content-Type must be ${upload.contentType}, because it is part of the signature of the address`,
      )
    }
    if (upload.contentLength !== undefined && body.length !== upload.contentLength) {
      return plainText(400, `the body has ${body.length} bytes, not ${upload.contentLength}`)
    }
    this.#expected.delete(token)
    upload.store(body)
    return plainText(200, '')
  }

  clear(): void {
    this.#expected.clear()
    this.#functionCode.clear()
    this.#objects.clear()
  }

  #createAddress(contentType: string, contentLength: number | undefined, store: Upload['store']): string {
    const token = randomBytes(16).toString('hex')
    const expiresAt = this.#clock.now() + uploadSeconds * 1000
    this.#expected.set(token, { contentType, contentLength, expiresAt, store })
    return uploadPath + token
  }
}

function plainText(status: number, body: string): WireResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}
