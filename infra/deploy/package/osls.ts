/** The part of osls that this plugin uses. osls has no types (see its lib/serverless.js, lib/classes/, lib/utils/). */
export type Osls = {
  serviceDir: string
  service: {
    provider: Provider
    package: { path?: string }
    /** By key in serverless.yml. */
    functions: Record<string, FunctionObject>
    /** Throws if there is none. */
    getFunction(key: string): FunctionObject
  }
  processedInput: { commands: string[] }
  /** osls shows an Error of this class without a stack trace, as a problem that people can fix. */
  classes: { Error: new (message: string, code: string, options?: ErrorOptions) => Error }
}

export type Provider = {
  stage?: string
  region?: string
  environment?: YamlEnvironment
  gateway?: GatewaySettings
  /** By stage: settings that replace those of the provider. The variables of the environment are replaced one by one. */
  stages?: Record<string, { region?: string; environment?: YamlEnvironment | null; gateway?: GatewaySettings }>
}

/** Environment variables as YAML has them: also numbers, and without a value. */
export type YamlEnvironment = Record<string, unknown>

export type GatewaySettings = {
  /** Default: `public`. */
  network?: string
  keyAuth?: { consumers?: Record<string, unknown> }
}

export type FunctionObject = {
  handler?: unknown
  events?: Record<string, unknown>[]
  environment?: YamlEnvironment
  package?: { artifact?: string }
}

/** The command line. */
export type Options = { stage?: string; function?: string; package?: string }

export type Utils = { log: Record<'notice' | 'info' | 'warning', (message: string) => void> }
