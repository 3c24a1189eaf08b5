// The repository has the sources, an installed package only dist/, which build.js creates from them.
const hasSources = require('node:fs').existsSync(`${__dirname}/plugin.ts`)
if (hasSources) require('tsx/cjs')
module.exports = require(hasSources ? './plugin.ts' : './dist/plugin.cjs').default
