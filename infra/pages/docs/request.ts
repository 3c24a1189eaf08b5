import type { Operation, Parameter } from './openapi.ts'

/** A request as it will be sent. */
export type Request = {
  method: 'GET' | 'POST'
  /** With the query. */
  path: string
  /** JSON text and its media type. */
  body?: { type: string; text: string }
}

export type Values = Readonly<Record<string, string>>

/** Returns the request with these values in the query. Omits empty values. */
export function inQuery({ path, parameters }: Operation, values: Values): Request {
  const [, query = ''] = path.split('?')
  const all = new URLSearchParams([...new URLSearchParams(query), ...given(parameters, values)])
  return { method: 'GET', path: `/?${all}` }
}

/** Returns the request with these values in a JSON body. Omits empty values. */
export function inBody({ path, parameters }: Operation, values: Values): Request {
  const entries = given(parameters, values).map(([name, value]): [string, string | number] => {
    const isNumber =
      parameters.some((one) => one.name === name && one.schema.type === 'integer') && /^\d{1,15}$/.test(value)
    return [name, isNumber ? Number(value) : value]
  })
  return { method: 'POST', path, body: { type: 'application/json', text: JSON.stringify(Object.fromEntries(entries)) } }
}

function given(parameters: readonly Parameter[], values: Values): [string, string][] {
  return parameters.flatMap(({ name }): [string, string][] => (values[name] ? [[name, values[name]]] : []))
}

/** Formats the request as HTTP. */
export function http({ method, path, body }: Request): string {
  return [`${method} ${path}`, ...(body ? [`Content-Type: ${body.type}`, '', body.text] : [])].join('\n')
}

/** Formats the request as a curl command for a shell. The API key is only there as the variable $KEY. */
export function curl({ path, body }: Request, origin: string, hasKey: boolean): string {
  const parts = [
    'curl -s',
    ...(hasKey ? ['-H "X-API-Key: $KEY"'] : []),
    ...(body ? [`-H ${quoted(`Content-Type: ${body.type}`)}`, `--data-raw ${quoted(body.text)}`] : []),
    quoted(`${origin}${path}`),
  ]
  return parts.join(' ')
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
