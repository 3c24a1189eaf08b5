/** A request as the gateway hands it on. */
export type FunctionRequest = {
  method: string
  path: string
  /** The query as it came, without the question mark. */
  query: string
  /** Names in any case, a name as often as it came. */
  headers: [name: string, value: string][]
  body: Buffer
}

/** What the gateway sends back. */
export type FunctionResponse = {
  status: number
  headers: Record<string, string>
  body: Buffer
}
