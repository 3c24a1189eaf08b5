// What serverless.yml gets as its stage `local`: osls asks for it, and knows no TypeScript.
require('../preflight.cjs')
require('tsx/cjs')
module.exports = async ({ resolveVariable }) => {
  const { stageSettings } = require('./stage.ts')
  return stageSettings(await resolveVariable('sls:stage'), process.env)
}
