import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'

/** The modules of a bundle by what they weigh in it, the heaviest first, as its source map has it. */
export function heaviestModules(directory: string): [module: string, bytes: number][] {
  const map = join(dirname(directory), 'source-maps', basename(directory), 'index.js.map')
  const places = new SourceMap(JSON.parse(readFileSync(map, 'utf8')))
  const sizes = new Map<string, number>()
  for (const [line, text] of readFileSync(join(directory, 'index.js'), 'utf8').split('\n').entries()) {
    for (let column = 0; column <= text.length; column++) {
      const entry = places.findEntry(line, column)
      const module = 'originalSource' in entry ? moduleOf(directory, entry.originalSource) : 'the bundler itself'
      sizes.set(module, (sizes.get(module) ?? 0) + Buffer.byteLength(text[column] ?? '\n'))
    }
  }
  return [...sizes].sort(([, one], [, other]) => other - one)
}

const project = join(import.meta.dirname, '../..')

/** A source as a path in the project; what the build makes up keeps the name that it has there. */
export function moduleOf(directory: string, source: string): string {
  return source.startsWith('.') ? relative(project, join(directory, source)) : source
}
