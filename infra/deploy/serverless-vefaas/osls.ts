import type { FunctionConfig, ProviderConfig } from './config.ts'

// The parts of osls (the `serverless` command) that the plugin uses. The types of osls describe AWS.

export type Osls = {
  service: {
    service: string
    provider: ProviderConfig
    functions: Record<string, FunctionConfig>
    package?: { artifact?: string; path?: string }
  }
  serviceDir: string
  classes: { Error: new (message: string, code?: string) => Error }
  configSchemaHandler: {
    defineProvider(name: string, schema: object): void
    defineFunctionEvent(provider: string, name: string, schema: object): void
  }
  pluginManager: { plugins: object[]; spawn(command: string): Promise<void> }
  setProvider(name: string, provider: object): void
}

/** The options of the command line, by name. */
export type Options = {
  stage?: string
  function?: string
  plan?: boolean
  package?: string
} & Record<string, unknown>

export type Utils = {
  log: {
    notice(text?: string): void
    success(text: string): void
    warning(text: string): void
    info(text: string): void
  }
  progress: { get(name: string): { notice(text: string): void; remove(): void } }
  writeText(text: string | string[]): void
}
