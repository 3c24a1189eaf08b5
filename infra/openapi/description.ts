import { VERSION } from '../../shared/handler/parameters.ts'
import { createSandbox } from './actions/create-sandbox.ts'
import { deleteSandbox } from './actions/delete-sandbox.ts'
import { describeSandboxTerminalUrl } from './actions/describe-sandbox-terminal-url.ts'
import { describeSandboxes } from './actions/describe-sandboxes.ts'
import { renewSandbox } from './actions/renew-sandbox.ts'
import { teardownSandboxes } from './actions/teardown-sandboxes.ts'
import { validateVncToken } from './actions/validate-vnc-token.ts'
import { FRAME, HEADERS, PARAMETERS, SECURITY_SCHEMES } from './frame.ts'
import { actionPath, cloudEventSchema, dataSchema, eventPath, parametersSchema } from './operations.ts'
import { answerSchema, failures } from './responses.ts'
import { RESULTS } from './results.ts'
import { readRoutes } from './routes.ts'
import type { ActionWords, EventWords } from './words.ts'

/** The actions by name, in the order of the description. */
export const ACTIONS: Readonly<Record<string, ActionWords>> = {
  CreateSandbox: createSandbox,
  DescribeSandboxes: describeSandboxes,
  RenewSandbox: renewSandbox,
  DeleteSandbox: deleteSandbox,
  DescribeSandboxTerminalUrl: describeSandboxTerminalUrl,
  ValidateVncToken: validateVncToken,
}

/** The functions that take events, by their name in answers. */
export const EVENTS: Readonly<Record<string, EventWords>> = { TeardownSandboxes: teardownSandboxes }

/**
 * The description of the API, OpenAPI 3.1: its routes from serverless.yml, the parameters from the schemas that check
 * them, and what these cannot say from the words beside.
 * @throws {Error} for what has no words, or is described and does not exist; the message says what to do
 */
export function describeApi(actions = ACTIONS, events = EVENTS, routes: readonly string[] = readRoutes()): object {
  checkRoutes(routes, [...Object.keys(actions), ...Object.values(events).map(({ path }) => path)])
  return {
    openapi: '3.1.0',
    ...FRAME,
    paths: {
      ...mapEntries(actions, (name, words) => [`/?Action=${name}&Version=${VERSION}`, actionPath(name, words)]),
      ...mapEntries(events, (name, words) => [words.path, eventPath(name, words)]),
    },
    components: {
      schemas: {
        ...mapEntries(actions, (name, words) => [`${name}Parameters`, parametersSchema(name, words)]),
        ...mapEntries(events, (name) => [`${name}Event`, cloudEventSchema(name)]),
        ...mapEntries(events, (name, words) => [`${name}Data`, dataSchema(name, words)]),
        ...mapEntries(actions, (name, { answer, isBare }) => [`${name}Answer`, answerSchema(answer, isBare)]),
        ...mapEntries(events, (name, { answer }) => [`${name}Answer`, answerSchema(answer)]),
        ...RESULTS,
      },
      responses: failures(),
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  }
}

/** The description as openapi.json has it. */
export const toText = (description: object): string => `${JSON.stringify(description, null, 2)}\n`

function checkRoutes(routes: readonly string[], described: readonly string[]): void {
  const missing = routes.filter((route) => !described.includes(route))
  const gone = described.filter((name) => !routes.includes(name))
  if (missing.length > 0) {
    throw new Error(
      `serverless.yml has routes without a description: ${missing.join(', ')}. Write one for each in infra/openapi/actions/, like the others, and name it in infra/openapi/description.ts.`,
    )
  }
  if (gone.length > 0) {
    throw new Error(`infra/openapi/description.ts has what serverless.yml has no route for: ${gone.join(', ')}.`)
  }
}

function mapEntries<Value>(
  record: Readonly<Record<string, Value>>,
  map: (name: string, value: Value) => [name: string, value: object],
): Record<string, object> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => map(name, value)))
}
