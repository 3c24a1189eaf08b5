// swagger-ui-dist depends on @scarf/scarf, which reports installations. `scarfSettings` in package.json turns that off.
import 'swagger-ui-dist/swagger-ui.css'
import './index.css'
import SwaggerUI, { type CurlProps, type Plugin } from 'swagger-ui-dist/swagger-ui-bundle.js'
import StandalonePreset from 'swagger-ui-dist/swagger-ui-standalone-preset.js'
import { language } from '../common/language.ts'

const NAMES = { en: 'English', zh: '中文' }

// The header has the logo. The content security policy allows calls to the first server only: the page's own gateway.
const hideParts: Plugin = { components: { Logo: () => null, ServersContainer: () => null } }

// People paste the curl command into messages, so it is shown without the key.
const hideKeys: Plugin = {
  wrapComponents: {
    curl: (Original, { React }) => {
      return ({ request, ...others }) => React.createElement(Original, { ...others, request: withoutKeys(request) })
    },
  },
}

function withoutKeys(request: CurlProps['request']): CurlProps['request'] {
  return request.update('headers', (headers) =>
    headers.map((value, name) => {
      if (name === 'X-API-Key') return '<key>'
      return name === 'Authorization' ? value.replace(/ .*/, ' <key>') : value
    }),
  )
}

// The other language has the same keys. Swagger UI would drop them, or with `persistAuthorization` store them in the browser.
const keepKeys: Plugin = { statePlugins: { auth: { wrapActions: { restoreAuthorization: () => () => {} } } } }

SwaggerUI({
  dom_id: '#swagger-ui',
  urls: [
    { url: '/openapi.json', name: NAMES.en },
    { url: '/openapi.zh.json', name: NAMES.zh },
  ],
  'urls.primaryName': NAMES[language.get()],
  deepLinking: true,
  // The validator is a service of another host.
  validatorUrl: null,
  presets: [SwaggerUI.presets.apis, StandalonePreset],
  layout: 'StandaloneLayout',
  defaultModelsExpandDepth: 0,
  plugins: [hideParts, hideKeys, keepKeys],
})
