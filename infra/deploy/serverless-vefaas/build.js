import { build } from 'esbuild'

// Builds dist/ for the package: the plugin, and beside it the program that `invoke local` starts. CommonJS, like the
// sources under tsx.
await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { plugin: 'plugin.ts', program: 'commands/invoke-local/program.cjs' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node20.20',
  define: { 'import.meta.dirname': '__dirname' },
})
