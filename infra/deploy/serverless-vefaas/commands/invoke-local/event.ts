import type { FunctionSpec, RouteSpec } from '../../service.ts'

/**
 * Returns the event of a call with the data of the command line. For the function of an action, the data are the
 * parameters of the action, and the event is the HTTP event of veFaaS (its documentation, "Trigger event messages")
 * with these in the body. For any other function, the data are the event.
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

/** Returns the query of a route that matches an `Action`; undefined for another route. */
function actionQuery({ MatchRule: { QueryString = [] } }: RouteSpec): Record<string, string> | undefined {
  const exact = QueryString.filter(({ Value }) => Value.MatchType === 'Exact')
  const query = Object.fromEntries(exact.map(({ Key, Value }) => [Key, Value.MatchContent]))
  return 'Action' in query ? query : undefined
}

/** An HTTP event of veFaaS or AWS Lambda. Version 2.0 of the Lambda event has its method in requestContext. */
function isHttpEvent(data: unknown): boolean {
  return typeof data === 'object' && data !== null && ('httpMethod' in data || 'requestContext' in data)
}
