/** A request from the gateway to a function. */
export type FunctionRequest = {
  method: string
  path: string
  /** As it was sent, without the question mark. */
  query: string
  /** Names as they were sent; a repeated header appears several times. */
  headers: [name: string, value: string][]
  body: Buffer
}

/** The response to the gateway. */
export type FunctionResponse = {
  status: number
  headers: Record<string, string>
  body: Buffer
}
