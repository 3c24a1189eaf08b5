// The repository has the sources, an installed package only dist/, which build.js creates from them.
const hasSources = require('node:fs').existsSync(`${__dirname}/plugin.ts`)
// The modules of osls load faster without tsx.
const unregister = hasSources ? require('tsx/cjs/api').register() : () => {}
module.exports = require(hasSources ? './plugin.ts' : './dist/plugin.cjs').default
unregister()
