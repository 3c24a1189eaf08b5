import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { build } from 'esbuild'
import type { GatewayResponse } from '../../emulator/apig/proxy/response.ts'

export type PagesOptions = {
  /** Facts for the pages, as data- attributes of their `<html>`. */
  facts: Record<string, string>
  /** Bundle a page again whenever it is opened, for those who work on it. */
  isChanging?: boolean
}

const SOURCES = join(import.meta.dirname, '../../pages')
const DESCRIPTION = join(import.meta.dirname, '../../../openapi.json')

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
}

const headers = {
  'Cache-Control': 'no-store',
  // The pages only call this gateway, and no other page may frame them to catch clicks.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

type Files = Map<string, Buffer>

/** The pages. Each is bundled when it is first opened, so that `npm start` does not wait for it. */
export function createPages({ facts, isChanging = false }: PagesOptions) {
  const bundled = new Map<string, Promise<Files>>()

  const filesOf = (page: string, isOpening: boolean): Promise<Files> => {
    const known = bundled.get(page)
    if (known && !(isChanging && isOpening)) return known
    const files = bundle(page, facts)
    bundled.set(page, files)
    files.catch(() => {
      if (bundled.get(page) === files) bundled.delete(page) // try again the next time
    })
    return files
  }

  return {
    /** The answer to GET; undefined if the path does not belong to a page. */
    answer(path: string): Promise<GatewayResponse> | undefined {
      if (path === '/openapi.json') return answerWith('.json', readFile(DESCRIPTION))
      const [, page = '', file = 'index.html'] = /^\/(console|docs)(?:\/|\/(index\.(?:js|css)))?$/.exec(path) ?? []
      if (!page) return undefined
      const files = filesOf(page, file === 'index.html')
      return answerWith(
        extname(file),
        files.then((all) => all.get(file) ?? Promise.reject(new Error(`${page} has no ${file}`))),
      )
    },
  }
}

/** If a page cannot be bundled, the answer is the error, for those who work on the page. */
async function answerWith(type: string, content: Promise<Buffer>): Promise<GatewayResponse> {
  try {
    return { status: 200, headers: { ...headers, 'Content-Type': types[type] ?? '' }, body: await content }
  } catch (error) {
    const text = { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }
    return { status: 500, headers: text, body: Buffer.from(String(error)) }
  }
}

/** index.html, index.js and index.css of a page. */
async function bundle(page: string, facts: PagesOptions['facts']): Promise<Files> {
  const [html, { outputFiles }] = await Promise.all([
    readFile(join(SOURCES, page, 'index.html'), 'utf8'),
    build({
      entryPoints: [join(SOURCES, page, 'index.tsx')],
      outdir: '/',
      write: false,
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2023',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      logLevel: 'silent',
      legalComments: 'inline',
    }),
  ])
  const attributes = Object.entries(facts).map(([name, value]) => ` data-${name}="${value}"`)
  return new Map([
    ['index.html', Buffer.from(html.replace('<html lang="en"', `$&${attributes.join('')}`))],
    ...outputFiles.map(({ path, contents }): [string, Buffer] => [path.slice(1), Buffer.from(contents)]),
  ])
}
