import { randomBytes } from 'node:crypto'
import type { Clock } from '../../openapi/clock.ts'
import type { WireRequest, WireResponse } from '../../openapi/wire.ts'
import { accountId, nothingUploaded, uploadSeconds } from '../assumptions.ts'
import { invalidParameter } from '../errors.ts'
import { checkedZip, type FunctionCode, maxTosBytes } from '../function-code.ts'

const uploadPath = '/_vefaas/uploads/'

interface Upload {
  contentType: string
  /** The only length that is taken; undefined: any. */
  contentLength: number | undefined
  expiresAt: number
  keep: (bytes: Buffer) => void
}

/** The addresses that code can be put to, and what was put there. */
export class UploadStore {
  readonly #clock: Clock
  readonly #awaited = new Map<string, Upload>()
  /** By the id of the function, until it is taken. */
  readonly #ofFunctions = new Map<string, Buffer>()
  /** By `bucket:key`. */
  readonly #objects = new Map<string, Buffer>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The path of an address for the code of a function. */
  addressForFunction(id: string, contentLength: number): string {
    return this.#address('application/zip', contentLength, (bytes) => this.#ofFunctions.set(id, bytes))
  }

  /** The path of an address for an object in TOS, and its `bucket:key`. */
  addressForObject(): { path: string; source: string } {
    const source = `vefaas-temp-${accountId}:${randomBytes(16).toString('hex')}.zip`
    const keep = (bytes: Buffer) => this.#objects.set(source, bytes)
    return { path: this.#address('application/octet-stream', undefined, keep), source }
  }

  /** @throws ApiError 400 InvalidRequest when nothing was uploaded, InvalidParameter when it is no zip */
  takeOfFunction(id: string): FunctionCode {
    const bytes = this.#ofFunctions.get(id)
    if (!bytes) throw nothingUploaded(id)
    this.#ofFunctions.delete(id)
    return checkedZip(bytes, maxTosBytes)
  }

  /** @throws ApiError 400 InvalidParameter when there is no such object, or it is no zip */
  stored(source: string): FunctionCode {
    const bytes = this.#objects.get(source)
    if (!bytes) throw invalidParameter('Source', `there is no object ${source}; it has to be bucket:key`)
    return checkedZip(bytes, maxTosBytes)
  }

  /** Takes what is put to an address; undefined: not one of these. */
  answer({ method, path, headers, body }: WireRequest): WireResponse | undefined {
    if (!path.startsWith(uploadPath)) return undefined
    const token = path.slice(uploadPath.length)
    const upload = this.#awaited.get(token)
    if (method !== 'PUT') return plain(405, 'PUT is served here')
    if (!upload || upload.expiresAt < this.#clock.now()) return plain(403, 'the address is not good any more')
    if (headers['content-type'] !== upload.contentType) {
      return plain(403, `Content-Type has to be ${upload.contentType}, as the address was signed with it`)
    }
    if (upload.contentLength !== undefined && body.length !== upload.contentLength) {
      return plain(400, `the body has ${body.length} bytes, not ${upload.contentLength}`)
    }
    this.#awaited.delete(token)
    upload.keep(body)
    return plain(200, '')
  }

  clear(): void {
    this.#awaited.clear()
    this.#ofFunctions.clear()
    this.#objects.clear()
  }

  #address(contentType: string, contentLength: number | undefined, keep: Upload['keep']): string {
    const token = randomBytes(16).toString('hex')
    const expiresAt = this.#clock.now() + uploadSeconds * 1000
    this.#awaited.set(token, { contentType, contentLength, expiresAt, keep })
    return uploadPath + token
  }
}

function plain(status: number, body: string): WireResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}
