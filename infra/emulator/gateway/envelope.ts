import { randomUUID } from 'node:crypto'
import type { ApiError } from './errors.ts'

export interface ResponseMetadata {
  RequestId: string
  Action: string
  Version: string
  Service: string
  Region: string
}

/** The body with a result (VolcEngine OpenAPI, "Response structure"). The result of an action without one is `{}`. */
export function resultBody(metadata: ResponseMetadata, result: object): string {
  return JSON.stringify({ ResponseMetadata: metadata, Result: result })
}

/** The body with an error. It has no `Result`. */
export function errorBody(metadata: ResponseMetadata, error: ApiError): string {
  const { codeN, code, message } = error
  return JSON.stringify({ ResponseMetadata: { ...metadata, Error: { CodeN: codeN, Code: code, Message: message } } })
}

/** 34 characters: the time in China as YYYYMMDDHHMMSS, then 20 upper-case hexadecimal digits. */
export function newRequestId(now: number): string {
  const time = timestamp(now).slice(0, 19).replace(/\D/g, '')
  return time + randomUUID().replaceAll('-', '').slice(0, 20).toUpperCase()
}

/** Milliseconds since 1970 as VolcEngine writes a time: RFC 3339 in China's zone, e.g. `2026-01-02T11:04:05+08:00`. */
export function timestamp(time: number): string {
  return `${new Date(time + 8 * 3600 * 1000).toISOString().slice(0, 19)}+08:00`
}
