import { VERSION } from '../../shared/handler/parameters.ts'
import { REQUEST_ID } from './examples.ts'

const TEXT = `Sandboxes for computer-use agents: desktops on VolcEngine ECS that are made, listed, opened, renewed and removed through HTTP actions, and end by themselves.

## Calls

An action is called with \`GET /?Action=<Action>&Version=${VERSION}&<parameters>\`. With POST, and also with GET, parameters may stand in a JSON body of at most 64 KiB; \`Action\` and \`Version\` stay in the query, because the gateway routes by them. OpenAPI tells operations apart by their path and method alone, so here \`Action\` and \`Version\` are part of the path: a tool adds the other parameters to them.

Names are PascalCase and case-sensitive. An unknown parameter is an error. An empty value counts as absent. A parameter that is repeated, or has another value in the query than in the body, is refused. HEAD and OPTIONS do no work and answer 204.

## Keys

Unless the gateway in front checks who calls (\`security.auth = "gateway"\`, as with \`npm start\`), every call needs a key: in \`X-API-Key\`, as \`Authorization: Bearer\`, in \`Authorization\` as it is, or as the password of \`Authorization: Basic\`, whatever its user.

## Request ids

Every answer has the header \`X-Request-ID\`: the id that was sent (1 to 128 of \`A-Za-z0-9_.:-\`), or a new one. It finds the request in the log. For CreateSandbox it also makes a repetition safe.

## Failures

A failure has a status that is not 2xx, a code for programs and a message for people. With 429 and 503 comes \`Retry-After\`, in seconds. After 503 and 504 the work may have been done: every action may be repeated, CreateSandbox with the same \`ClientToken\`.`

/** What stands around the operations. */
export const FRAME = {
  info: { title: 'ECS Manager', version: VERSION, description: TEXT },
  servers: [
    { url: 'http://127.0.0.1:8102', description: 'The local cloud: npm start' },
    {
      url: 'https://{gateway}',
      description: 'A deployment',
      variables: {
        gateway: { default: 'gateway.example.com', description: 'Its address, as `serverless info` prints it.' },
      },
    },
  ],
  // Any one of them is enough; none of them where the gateway has checked the caller.
  security: [{}, { ApiKey: [] }, { Bearer: [] }, { Basic: [] }],
  tags: [
    { name: 'Sandboxes', description: 'Make, list, renew and delete sandboxes.' },
    { name: 'Desktops', description: 'See the desktop of a sandbox.' },
    { name: 'Events', description: 'End sandboxes by telling what has happened.' },
  ],
}

const requestId = { type: 'string', pattern: '^[\\w.:-]{1,128}$', examples: [REQUEST_ID] }

export const PARAMETERS = {
  RequestId: {
    name: 'X-Request-ID',
    in: 'header',
    description: 'Id of the request, which the answer and the log have too. One that is not well-formed is replaced.',
    schema: requestId,
  },
}

const seconds = { type: 'integer', minimum: 0 }

export const HEADERS = {
  'X-Request-ID': { description: 'Id of the request.', required: true, schema: requestId },
  'Retry-After': { description: 'Seconds after which a repetition may succeed.', required: true, schema: seconds },
  'WWW-Authenticate': { description: 'How to send a key.', required: true, schema: { const: 'Bearer' } },
  Allow: { description: 'The methods that there are.', required: true, schema: { type: 'string' } },
}

export const SECURITY_SCHEMES = {
  ApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key.' },
  Bearer: { type: 'http', scheme: 'bearer', description: 'The key as the token.' },
  Basic: { type: 'http', scheme: 'basic', description: 'The key as the password; the user does not matter.' },
}
