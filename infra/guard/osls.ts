/** What is used of osls, which has no types of its own (its lib/serverless.js, lib/classes/). */
export type Osls = {
  serviceDir: string
  service: { service: string; provider: Provider; functions?: Record<string, Settings> }
  processedInput: { commands: string[] }
  /** Error is what osls shows without a stack trace: something that people can put right. */
  classes: { Error: new (message: string, code: string, options?: ErrorOptions) => Error }
}

export type Provider = Settings & {
  stage?: string
  /** By stage: what stands in the place of the rest of the provider there, variable by variable of the environment. */
  stages?: Record<string, Settings | null>
}

type Settings = { role?: string | null; environment?: Record<string, unknown> | null }

/** Of the command line. */
export type Options = {
  stage?: string
  plan?: boolean
  'leave-sandboxes'?: boolean
  'other-project'?: boolean
  /** Of `invoke local`: `<name>=<value>`. */
  env?: string | string[]
}

export type Utils = { log: Record<'notice' | 'warning', (message: string) => void> }
