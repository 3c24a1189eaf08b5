import type { HttpRequest } from '../emulator/vefaas/runtime/http.ts'
import type { ServiceFunction } from '../service.ts'

/**
 * The request that data means for the function of an action: data are the parameters of the action, and go into the
 * body. Undefined where data is the event itself: an HTTP event, or any event of a function that is not an action's.
 */
export function requestFor({ routes }: ServiceFunction, data: unknown): HttpRequest | undefined {
  const action = routes.map(actionQuery).find((query) => query !== undefined)
  if (action === undefined || isHttpEvent(data)) return undefined
  return {
    method: 'POST',
    path: '/',
    query: action,
    headers: [
      ['Host', '127.0.0.1'],
      ['Content-Type', 'application/json'],
    ],
    body: Buffer.from(JSON.stringify(data)),
  }
}

/** The query of an action's route: `Action=...&Version=...`. */
function actionQuery({ matchRule }: ServiceFunction['routes'][number]): string | undefined {
  const exact = (wanted: string) =>
    matchRule.queryString.find(({ key, value }) => key === wanted && value.matchType === 'Exact')?.value.matchContent
  const [Action, Version] = [exact('Action'), exact('Version')]
  return Action && Version ? String(new URLSearchParams({ Action, Version })) : undefined
}

/** Of veFaaS, or of AWS Lambda, whose second kind of HTTP event has its method in requestContext. */
function isHttpEvent(data: unknown): boolean {
  return typeof data === 'object' && data !== null && ('httpMethod' in data || 'requestContext' in data)
}
