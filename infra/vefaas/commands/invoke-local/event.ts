import type { FunctionSpec, RouteSpec } from '../../service.ts'

/**
 * The event that data means for a function: the data as they are, except for the function of an action, where they are the
 * parameters of that action. These become the HTTP event that veFaaS makes of a call (its documentation, "Trigger event
 * messages"), with the parameters in the body.
 */
export function eventFor({ routes }: FunctionSpec, data: unknown, requestId: string): unknown {
  const query = routes.map(actionQuery).find((one) => one !== undefined)
  if (query === undefined || isHttpEvent(data)) return data
  return {
    httpMethod: 'POST',
    path: '/',
    pathParameters: {},
    queryStringParameters: query,
    headers: { Host: '127.0.0.1', 'Content-Type': 'application/json', 'X-Faas-Request-Id': requestId },
    body: JSON.stringify(data),
  }
}

/** The query of a route that is chosen by `Action`. */
function actionQuery({ MatchRule: { QueryString = [] } }: RouteSpec): Record<string, string> | undefined {
  const exact = QueryString.filter(({ Value }) => Value.MatchType === 'Exact')
  const query = Object.fromEntries(exact.map(({ Key, Value }) => [Key, Value.MatchContent]))
  return 'Action' in query ? query : undefined
}

/** Of veFaaS, or of AWS Lambda, whose second kind of HTTP event has its method in requestContext. */
function isHttpEvent(data: unknown): boolean {
  return typeof data === 'object' && data !== null && ('httpMethod' in data || 'requestContext' in data)
}
