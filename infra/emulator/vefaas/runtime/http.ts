/** A request as the gateway hands it on. */
export type HttpRequest = {
  method: string
  path: string
  /** The query as it came, without the question mark. */
  query: string
  /** Names in any case, a name as often as it came. */
  headers: [name: string, value: string][]
  body: Buffer
}

/** What the gateway sends back. */
export type HttpResponse = {
  status: number
  headers: Record<string, string>
  body: Buffer
}
