require('tsx/cjs')
module.exports = require('./plugin.ts').default
