import { VERSION } from '../../shared/handler/parameters.ts'
import type { ActionDescription, EventDescription } from './action-description.ts'
import { createSandboxDescription } from './actions/create-sandbox.ts'
import { deleteSandboxDescription } from './actions/delete-sandbox.ts'
import { describeSandboxTerminalUrlDescription } from './actions/describe-sandbox-terminal-url.ts'
import { describeSandboxesDescription } from './actions/describe-sandboxes.ts'
import { renewSandboxDescription } from './actions/renew-sandbox.ts'
import { teardownSandboxesDescription } from './actions/teardown-sandboxes.ts'
import { validateVncTokenDescription } from './actions/validate-vnc-token.ts'
import { FRAME, HEADERS, PARAMETERS, SECURITY_SCHEMES } from './frame.ts'
import { actionPath, cloudEventSchema, dataSchema, eventPath, parametersSchema } from './operations.ts'
import { failureResponses, successSchema } from './responses.ts'
import { RESULTS } from './results.ts'
import { readRoutes } from './routes.ts'

/** The actions by name, in the order of the description. */
export const ACTION_DESCRIPTIONS: Readonly<Record<string, ActionDescription>> = {
  CreateSandbox: createSandboxDescription,
  DescribeSandboxes: describeSandboxesDescription,
  RenewSandbox: renewSandboxDescription,
  DeleteSandbox: deleteSandboxDescription,
  DescribeSandboxTerminalUrl: describeSandboxTerminalUrlDescription,
  ValidateVncToken: validateVncTokenDescription,
}

/** The functions that take events, by their name in answers. */
export const EVENT_DESCRIPTIONS: Readonly<Record<string, EventDescription>> = {
  TeardownSandboxes: teardownSandboxesDescription,
}

/**
 * The description of the API in OpenAPI 3.1: the routes of serverless.yml, the parameters from the schemas that check
 * them, and the rest from infra/api/actions/.
 * @throws {Error} if something has no description, or a description has no route or parameter; the message says what to do
 */
export function describeApi(
  actions = ACTION_DESCRIPTIONS,
  events = EVENT_DESCRIPTIONS,
  routes: readonly string[] = readRoutes(),
): object {
  checkRoutes(routes, [...Object.keys(actions), ...Object.values(events).map(({ path }) => path)])
  return {
    openapi: '3.1.0',
    ...FRAME,
    paths: {
      ...mapEntries(actions, (name, action) => [`/?Action=${name}&Version=${VERSION}`, actionPath(name, action)]),
      ...mapEntries(events, (name, event) => [event.path, eventPath(name, event)]),
    },
    components: {
      schemas: {
        ...mapEntries(actions, (name, action) => [`${name}Parameters`, parametersSchema(name, action)]),
        ...mapEntries(events, (name) => [`${name}Event`, cloudEventSchema(name)]),
        ...mapEntries(events, (name, event) => [`${name}Data`, dataSchema(name, event)]),
        ...mapEntries(actions, (name, { answer, isBare }) => [`${name}Answer`, successSchema(answer, isBare)]),
        ...mapEntries(events, (name, { answer }) => [`${name}Answer`, successSchema(answer)]),
        ...RESULTS,
      },
      responses: failureResponses(),
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  }
}

/** The content of openapi.json. */
export const toText = (description: object): string => `${JSON.stringify(description, null, 2)}\n`

function checkRoutes(routes: readonly string[], described: readonly string[]): void {
  const missing = routes.filter((route) => !described.includes(route))
  const gone = described.filter((name) => !routes.includes(name))
  if (missing.length > 0) {
    throw new Error(
      `serverless.yml has routes without a description: ${missing.join(', ')}. Write one for each in infra/api/actions/, like the others, and name it in infra/api/describe-api.ts.`,
    )
  }
  if (gone.length > 0) {
    throw new Error(`infra/api/describe-api.ts names what has no route in serverless.yml: ${gone.join(', ')}.`)
  }
}

function mapEntries<Value>(
  record: Readonly<Record<string, Value>>,
  map: (name: string, value: Value) => [name: string, value: object],
): Record<string, object> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => map(name, value)))
}
