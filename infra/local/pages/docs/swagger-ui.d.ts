/** The part of Swagger UI that this page uses. See https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/. */
declare module 'swagger-ui-dist/swagger-ui-bundle.js' {
  /** See https://swagger.io/docs/open-source-tools/swagger-ui/customization/plugin-api/. */
  export type Plugin = {
    components?: Record<string, () => null>
    wrapComponents?: { curl: (Original: Component, system: System) => Component }
    /** The actions by the part of the state that they change. */
    statePlugins?: Record<string, { wrapActions: Record<string, () => () => void> }>
  }

  export type Component = (props: CurlProps) => unknown
  export type System = { React: { createElement: (component: Component, props: CurlProps) => unknown } }

  /** The properties of the curl command. The maps are those of Immutable.js. */
  export type CurlProps = {
    request: { update(key: 'headers', change: (headers: Headers) => Headers): CurlProps['request'] }
  }
  export type Headers = { map(change: (value: string, name: string) => string): Headers }

  type Options = {
    dom_id: string
    urls: { url: string; name: string }[]
    'urls.primaryName'?: string
    deepLinking: boolean
    validatorUrl: null
    defaultModelsExpandDepth: number
    presets: unknown[]
    layout: string
    plugins: Plugin[]
  }

  const SwaggerUI: { (options: Options): unknown; presets: { apis: unknown } }
  export default SwaggerUI
}

declare module 'swagger-ui-dist/swagger-ui-standalone-preset.js' {
  const preset: unknown
  export default preset
}
