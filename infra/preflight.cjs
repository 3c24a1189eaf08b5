// Runs before any TypeScript is loaded: what would end in a stack there is told in one line here.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { dirname, join, sep } = require('node:path')
const { engines } = require('../package.json')

const project = dirname(__dirname)

/** What keeps this project from running here, and what to do about it; undefined: nothing. */
function problem() {
  const version = /(\d+)\.(\d+)/
  const [, major, minor] = version.exec(process.version).map(Number)
  const [, neededMajor, neededMinor] = version.exec(engines.node).map(Number)
  if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
    return `this is Node.js ${process.version}, and ${neededMajor}.${neededMinor} or later is needed`
  }
  if (sep === '/' && /[?\\]/.test(project)) {
    return `no module can be loaded from a path with ? or \\ in it: rename the folder, or move it: ${project}`
  }
  try {
    require.resolve('tsx')
  } catch {
    return `the packages for development are not installed: run npm ci, without --omit=dev and NODE_ENV=production, in ${project}`
  }
  try {
    const folder = mkdtempSync(join(tmpdir(), 'preflight-'))
    try {
      writeFileSync(join(folder, 'file'), Buffer.alloc(1_000_000))
    } finally {
      rmSync(folder, { recursive: true })
    }
  } catch ({ message }) {
    return `no temporary files can be written to ${tmpdir()}: ${message}; make room there, or set TMPDIR to another folder`
  }
  return undefined
}

const found = problem()
if (found) {
  console.error(found)
  process.exit(1)
}
