import type { Examples } from './action-description.ts'

/** The values of examples, the same everywhere, so that the examples fit together. */
export const SANDBOX_ID = 'i-07c4f744a9d14da387ec'
export const TOKEN = `${SANDBOX_ID}.3zGULDRqZqxNPaunZSmTSTKNWWeCctnNuIN2qgMsMiY`
export const REQUEST_ID = '6427e207-55c1-4be3-bc5c-47fdb789edd4'
export const CREATED_AT = '2026-11-23T13:59:52Z'
export const EXPIRE_AT = '2026-11-24T13:59:52Z'
export const TOKEN_EXPIRE_AT = '2026-11-23T14:07:31Z'

/** Examples as OpenAPI writes them. */
export function namedExamples(examples: Examples): object {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { summary: name, value }]))
}
