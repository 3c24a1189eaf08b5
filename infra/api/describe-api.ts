import { describeInput } from '../../shared/handler/json-schema.ts'
import { VERSION } from '../../shared/handler/parameters.ts'
import type { ActionDescription, EventDescription } from './action-description.ts'
import { createSandboxDescription } from './actions/create-sandbox.ts'
import { deleteSandboxDescription } from './actions/delete-sandbox.ts'
import { describeSandboxTerminalUrlDescription } from './actions/describe-sandbox-terminal-url.ts'
import { describeSandboxesDescription } from './actions/describe-sandboxes.ts'
import { rebootSandboxDescription } from './actions/reboot-sandbox.ts'
import { renewSandboxDescription } from './actions/renew-sandbox.ts'
import { startSandboxDescription } from './actions/start-sandbox.ts'
import { stopSandboxDescription } from './actions/stop-sandbox.ts'
import { teardownSandboxesDescription } from './actions/teardown-sandboxes.ts'
import { validateVncTokenDescription } from './actions/validate-vnc-token.ts'
import { FRAME, HEADERS, PARAMETERS, SECURITY_SCHEMES } from './frame.ts'
import { actionPath, cloudEventSchema, eventPath } from './operations.ts'
import { failureResponses, successSchema } from './responses.ts'
import { RESULTS } from './results.ts'

/** The actions by name, in the order of the description. */
export const ACTION_DESCRIPTIONS: Readonly<Record<string, ActionDescription>> = {
  CreateSandbox: createSandboxDescription,
  DescribeSandboxes: describeSandboxesDescription,
  RenewSandbox: renewSandboxDescription,
  StopSandbox: stopSandboxDescription,
  StartSandbox: startSandboxDescription,
  RebootSandbox: rebootSandboxDescription,
  DeleteSandbox: deleteSandboxDescription,
  DescribeSandboxTerminalUrl: describeSandboxTerminalUrlDescription,
  ValidateVncToken: validateVncTokenDescription,
}

/** The functions that take events, by their name in answers. */
export const EVENT_DESCRIPTIONS: Readonly<Record<string, EventDescription>> = {
  TeardownSandboxes: teardownSandboxesDescription,
}

/** The description of the API in OpenAPI 3.1. */
export function describeApi(): object {
  const [actions, events] = [ACTION_DESCRIPTIONS, EVENT_DESCRIPTIONS]
  return {
    openapi: '3.1.0',
    ...FRAME,
    paths: {
      ...mapEntries(actions, (name, action) => [`/?Action=${name}&Version=${VERSION}`, actionPath(name, action)]),
      ...mapEntries(events, (name, event) => [event.path, eventPath(name, event)]),
    },
    components: {
      schemas: {
        ...mapEntries(actions, (name, { input }) => [
          `${name}Parameters`,
          { ...describeInput(input), additionalProperties: false },
        ]),
        ...mapEntries(events, (name) => [`${name}Event`, cloudEventSchema(name)]),
        ...mapEntries(events, (name, { input }) => [`${name}Data`, describeInput(input)]),
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

function mapEntries<Value>(
  record: Readonly<Record<string, Value>>,
  map: (name: string, value: Value) => [name: string, value: object],
): Record<string, object> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => map(name, value)))
}
