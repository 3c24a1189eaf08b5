/** What is used of osls, which has no types of its own (its lib/serverless.js, lib/classes/, lib/utils/). */
export type Osls = {
  serviceDir: string
  service: {
    provider: Provider
    package: { path?: string }
    /** By key of serverless.yml. */
    functions: Record<string, FunctionObject>
    /** Throws an Error of its own where there is none. */
    getFunction(key: string): FunctionObject
  }
  processedInput: { commands: string[] }
  /** Error is what osls shows without a stack trace: something that people can put right. */
  classes: { Error: new (message: string, code: string, options?: ErrorOptions) => Error }
}

export type Provider = {
  stage?: string
  region?: string
  environment?: Environment
  gateway?: Gateway
  /** By stage: what stands in the place of the rest of the provider there, variable by variable of the environment. */
  stages?: Record<string, { region?: string; environment?: Environment | null; gateway?: Gateway }>
}

export type Environment = Record<string, unknown>

export type Gateway = {
  /** `public` when left out. */
  network?: string
  keyAuth?: { consumers?: Record<string, unknown> }
}

export type FunctionObject = {
  handler?: unknown
  events?: Record<string, unknown>[]
  environment?: Environment
  package?: { artifact?: string }
}

/** Of the command line. */
export type Options = { stage?: string; function?: string; package?: string }

export type Utils = { log: Record<'notice' | 'info' | 'warning', (message: string) => void> }
