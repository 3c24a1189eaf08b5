import { VERSION } from '../../shared/handler/parameters.ts'
import { REQUEST_ID } from './examples.ts'

const TEXT = `Sandboxes for computer-use agents: desktops on VolcEngine ECS. HTTP actions create, list, open, renew, stop, start and delete them. A timer stops or deletes those whose time is up. Agents can also use sandboxes over the Model Context Protocol, at \`/mcp\`.

## Calls

Call an action with \`POST /?Action=<Action>&Version=${VERSION}\`, and its parameters in a JSON body of at most 64 KiB. The short form has them in the query: \`GET /?Action=<Action>&Version=${VERSION}&<parameters>\`. \`Action\` and \`Version\` are always in the query, because the gateway routes by them. OpenAPI distinguishes operations only by path and method, so here \`Action\` and \`Version\` are part of the path. A tool appends the parameters of the short form with \`&\`.

Names are PascalCase and case-sensitive. An unknown parameter is an error. An empty value counts as absent. A parameter that is repeated, or has different values in the query and in the body, is refused. HEAD and OPTIONS do nothing and return 204.

## Keys

Unless the gateway checks the callers (\`security.auth = "gateway"\`, as with \`npm start\`), every call needs a key: in \`X-API-Key\`, as \`Authorization: Bearer\`, in \`Authorization\` without a scheme, or as the password of \`Authorization: Basic\` with any user.

A key may have only some rights, and may see only the sandboxes of its owner. Another sandbox is \`InvalidSandbox.NotFound\`, like one that does not exist. \`Caller\` in the answer of DescribeSandboxes has the rights of the key.

## Request ids

Every answer has the header \`X-Request-ID\`: the id from the request (1 to 128 characters of \`A-Za-z0-9_.:-\`), or a new one. The log has the same id. It also makes retries of CreateSandbox, StopSandbox, StartSandbox and RebootSandbox safe: send a new id with each new request.

## Failures

A failure has a status other than 2xx, a code for programs and a message for people. 429 and 503 have \`Retry-After\`, in seconds. After 503 and 504, the work may have been done: every action may be repeated, CreateSandbox with the same \`ClientToken\`.`

/** The parts of the document beside the operations and their components. */
export const FRAME = {
  info: {
    title: 'ECS Manager',
    version: VERSION,
    description: TEXT,
    license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    { url: '/', description: 'The gateway that serves this description' },
    {
      url: 'https://{gateway}',
      description: 'A deployment',
      variables: {
        gateway: { default: 'gateway.example.com', description: 'The address that `serverless info` prints.' },
      },
    },
  ],
  // One of them is enough. The empty one is for a gateway that has checked the caller.
  security: [{}, { ApiKey: [] }, { Bearer: [] }, { Basic: [] }],
  tags: [
    { name: 'Sandboxes', description: 'Create, list, renew, stop, start and delete sandboxes.' },
    { name: 'Desktops', description: 'Open the desktop of a sandbox.' },
    { name: 'Events', description: 'Delete sandboxes by events.' },
  ],
}

const requestId = { type: 'string', pattern: '^[\\w.:-]{1,128}$', examples: [REQUEST_ID] }

export const PARAMETERS = {
  RequestId: {
    name: 'X-Request-ID',
    in: 'header',
    description: 'Id of the request, which the answer and the log have too. An invalid one is replaced.',
    schema: requestId,
  },
}

const seconds = { type: 'integer', minimum: 0 }

export const HEADERS = {
  'X-Request-ID': { description: 'Id of the request.', required: true, schema: requestId },
  'Retry-After': { description: 'Seconds after which a retry may succeed.', required: true, schema: seconds },
  'WWW-Authenticate': { description: 'How to send a key.', required: true, schema: { const: 'Bearer' } },
  Allow: { description: 'The allowed methods.', required: true, schema: { type: 'string' } },
}

export const SECURITY_SCHEMES = {
  ApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key.' },
  Bearer: { type: 'http', scheme: 'bearer', description: 'The key as the token.' },
  Basic: { type: 'http', scheme: 'basic', description: 'The key as the password, with any user.' },
}
