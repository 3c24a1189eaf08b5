// Runs before any TypeScript is loaded, and reports in one line what would cause a stack trace later.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join, sep } = require('node:path')
const { engines } = require('../../package.json')

const project = join(__dirname, '../..')

/** Why this project cannot run here, and what to do about it; undefined if it can. */
function findProblem() {
  const version = /(\d+)\.(\d+)/
  const [, major, minor] = version.exec(process.version).map(Number)
  const [, minMajor, minMinor] = version.exec(engines.node).map(Number)
  if (major < minMajor || (major === minMajor && minor < minMinor)) {
    return `this is Node.js ${process.version}; ${minMajor}.${minMinor} or later is required`
  }
  if (sep === '/' && /[?\\]/.test(project)) {
    return `Node.js cannot load modules from a path with ? or \\ in it: rename or move the folder ${project}`
  }
  try {
    require.resolve('tsx')
  } catch {
    return `the development packages are not installed: run npm ci in ${project}, without --omit=dev and NODE_ENV=production`
  }
  try {
    const folder = mkdtempSync(join(tmpdir(), 'preflight-'))
    try {
      writeFileSync(join(folder, 'file'), Buffer.alloc(1_000_000))
    } finally {
      rmSync(folder, { recursive: true })
    }
  } catch ({ message }) {
    return `temporary files cannot be written to ${tmpdir()}: ${message}; free space there, or set TMPDIR to another folder`
  }
  return undefined
}

const problem = findProblem()
if (problem) {
  console.error(problem)
  process.exit(1)
}
