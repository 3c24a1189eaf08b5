// The serverless command loads this file, because it cannot load TypeScript.
require('tsx/cjs')
module.exports = require('./plugin.ts').default
