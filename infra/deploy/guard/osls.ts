/** The part of osls that this plugin uses. osls has no types (see its lib/serverless.js, lib/classes/). */
export type Osls = {
  serviceDir: string
  service: { service: string; provider: Provider; functions?: Record<string, Settings> }
  processedInput: { commands: string[] }
  /** osls shows an Error of this class without a stack trace, as a problem that people can fix. */
  classes: { Error: new (message: string, code: string, options?: ErrorOptions) => Error }
}

export type Provider = Settings & {
  stage?: string
  /** By stage: settings that replace those of the provider. The variables of the environment are replaced one by one. */
  stages?: Record<string, Settings | null>
}

type Settings = { role?: string | null; environment?: Record<string, unknown> | null }

/** The command line. */
export type Options = {
  stage?: string
  plan?: boolean
  'leave-sandboxes'?: boolean
  'other-project'?: boolean
  /** For `invoke local`: `<name>=<value>`. */
  env?: string | string[]
}

export type Utils = { log: Record<'notice' | 'warning', (message: string) => void> }
