// What the serverless command loads: it knows no TypeScript.
require('tsx/cjs')
module.exports = require('./plugin.ts').default
