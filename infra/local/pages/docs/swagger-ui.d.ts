/** The part of Swagger UI that this page uses. See https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/. */
declare module 'swagger-ui-dist/swagger-ui-bundle.js' {
  type Plugin = { components: Record<string, () => null> }

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
