import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

// Builds dist/ for the package, with the driver of shared/desktop in it. npm runs this after an installation in the
// repository, and before it packs. An argument is another folder for the result.
const folder = import.meta.dirname
const output = process.argv[2] ?? join(folder, 'dist')
rmSync(output, { recursive: true, force: true })

await build({
  absWorkingDir: folder,
  entryPoints: ['index.ts', 'desktop.ts', 'desktop-in-browser.ts', { in: 'command/index.ts', out: 'command' }],
  outdir: output,
  bundle: true,
  // The modules have common chunks, and index.js loads desktop.js only when it is needed.
  splitting: true,
  packages: 'external',
  platform: 'neutral',
  external: ['node:*'],
  format: 'esm',
  target: 'es2022',
})

// The compiler of the repository: the one of this folder, which openapi-typescript needs, is slower.
const typescript = dirname(createRequire(join(folder, '../../package.json')).resolve('typescript/package.json'))
execFileSync(
  process.execPath,
  [join(typescript, 'bin/tsc'), '-p', join(folder, 'tsconfig.types.json'), '--outDir', join(output, 'types')],
  {
    stdio: 'inherit',
  },
)
// The compiler emits no declaration for a declaration.
cpSync(join(folder, 'api.d.ts'), join(output, 'types/infra/client/api.d.ts'))
