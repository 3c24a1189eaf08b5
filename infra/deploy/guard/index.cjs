// The serverless command loads this file, because it cannot load TypeScript. Its own modules load faster without tsx.
const unregister = require('tsx/cjs/api').register()
module.exports = require('./plugin.ts').default
unregister()
