/**
 * Creates the ClientToken of CreateSandbox. A retry with the same parameters has the same token, so that it does not
 * create a second machine if the first try succeeded without an answer. The token is new if the parameters differ, or if
 * the previous creation succeeded.
 */
export function createClientTokens() {
  let last: { parameters: string; token: string } | undefined
  return {
    tokenFor(parameters: Record<string, unknown>): string {
      const serialized = JSON.stringify(parameters)
      if (last?.parameters !== serialized) last = { parameters: serialized, token: crypto.randomUUID() }
      return last.token
    },
    /** Makes the next token a new one. */
    forget(): void {
      last = undefined
    },
  }
}
