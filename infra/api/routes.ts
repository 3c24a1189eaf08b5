import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const SERVERLESS_YML = join(import.meta.dirname, '../../serverless.yml')

type Functions = Record<string, { events?: { apig?: { action?: string; version?: string; path?: unknown } }[] }>

/** The routes of the gateway: the names of the actions (`Action=`), and the paths of the other routes. */
export function readRoutes(yaml: string = readFileSync(SERVERLESS_YML, 'utf8')): string[] {
  const { functions } = parse(yaml) as { functions: Functions }
  const events = Object.values(functions).flatMap(({ events = [] }) => events)
  return events.flatMap(({ apig }) => (apig ? [apig.action ?? JSON.stringify(apig.path).replaceAll('"', '')] : []))
}
