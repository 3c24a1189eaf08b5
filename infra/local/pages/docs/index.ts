// swagger-ui-dist depends on @scarf/scarf, which reports installations. `scarfSettings` in package.json turns that off.
import 'swagger-ui-dist/swagger-ui.css'
import './index.css'
import SwaggerUI from 'swagger-ui-dist/swagger-ui-bundle.js'
import StandalonePreset from 'swagger-ui-dist/swagger-ui-standalone-preset.js'
import { language } from '../common/language.ts'

const NAMES = { en: 'English', zh: '中文' }

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
  // The header has the logo. The content security policy allows calls to the first server only: the page's own gateway.
  plugins: [{ components: { Logo: () => null, ServersContainer: () => null } }],
})
