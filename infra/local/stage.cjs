// The settings of the stage `local` in serverless.yml. osls loads this file, because it cannot load TypeScript. Its own modules
// load faster without tsx.
require('../build/preflight.cjs')
const { register } = require('tsx/cjs/api')
module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage')
  const unregister = register()
  const { stageSettings } = require('./stage.ts')
  unregister()
  return stageSettings(stage, process.env)
}
