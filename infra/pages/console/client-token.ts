/**
 * The ClientToken of creations: the same for the same parameters, so that a retry whose first try was done all the same
 * makes no second machine; another as soon as they change, or the one before has made its machine.
 */
export function createClientTokens(random: () => string = () => crypto.randomUUID()) {
  let last: { parameters: string; token: string } | undefined
  return {
    tokenFor(parameters: Record<string, unknown>): string {
      const asText = JSON.stringify(parameters)
      if (last?.parameters !== asText) last = { parameters: asText, token: random() }
      return last.token
    },
    /** The token is of no more use. */
    forget(): void {
      last = undefined
    },
  }
}
