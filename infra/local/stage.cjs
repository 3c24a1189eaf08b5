// The settings of the stage `local` in serverless.yml. osls loads this file, because it cannot load TypeScript.
require('../build/preflight.cjs')
require('tsx/cjs')
module.exports = async ({ resolveVariable }) => {
  const { stageSettings } = require('./stage.ts')
  return stageSettings(await resolveVariable('sls:stage'), process.env)
}
