import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { build } from 'esbuild'
import type { GatewayResponse } from '../../emulator/apig/proxy/response.ts'

export type PagesOptions = {
  /** Facts for the pages, as data- attributes of their `<html>`. */
  facts: Record<string, string>
  /** Bundles a page again each time it is opened, for work on the pages. */
  isChanging?: boolean
}

const PROJECT = join(import.meta.dirname, '../../..')
const SOURCES = join(PROJECT, 'infra/local/pages')
const DESCRIPTIONS = new Map([
  ['/openapi.json', join(PROJECT, 'openapi.json')],
  ['/openapi.zh.json', join(PROJECT, 'infra/api/openapi.zh.json')],
])

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
}

const HEADERS = {
  'Cache-Control': 'no-store',
  // A page can call only this gateway, and no other page can show it in a frame to catch clicks.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

type Files = Map<string, Buffer>

/** The pages. A page is bundled when it is opened for the first time, so that `npm start` does not wait for it. */
export function createPages({ facts, isChanging = false }: PagesOptions) {
  const bundled = new Map<string, Promise<Files>>()

  const filesOf = (page: string, isOpening: boolean): Promise<Files> => {
    const known = bundled.get(page)
    if (known && !(isChanging && isOpening)) return known
    const files = bundle(page, facts)
    bundled.set(page, files)
    files.catch(() => bundled.get(page) === files && bundled.delete(page)) // the next request tries again
    return files
  }

  return {
    /** Answers a GET request. Returns undefined for other paths than those of the pages. */
    answer(path: string): Promise<GatewayResponse> | undefined {
      const description = DESCRIPTIONS.get(path)
      if (description) return respond('.json', readFile(description))
      const [, page = '', file = 'index.html'] = /^\/(console|docs)(?:\/|\/(index\.(?:js|css)))?$/.exec(path) ?? []
      if (!page) return undefined
      const content = filesOf(page, file === 'index.html').then((files) => {
        const found = files.get(file)
        if (!found) throw new Error(`${page} has no ${file}`)
        return found
      })
      return respond(extname(file), content)
    },
  }
}

/** The response with the content, or with the error: the browser shows what is wrong with a page. */
async function respond(extension: string, content: Promise<Buffer>): Promise<GatewayResponse> {
  try {
    return { status: 200, headers: { ...HEADERS, 'Content-Type': CONTENT_TYPES[extension] ?? '' }, body: await content }
  } catch (error) {
    const text = { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' }
    return { status: 500, headers: text, body: Buffer.from(String(error)) }
  }
}

/** Returns index.html, index.js and index.css of a page. */
async function bundle(page: string, facts: PagesOptions['facts']): Promise<Files> {
  const [html, { outputFiles }] = await Promise.all([
    readFile(join(SOURCES, page, 'index.html'), 'utf8'),
    build({
      entryPoints: [join(SOURCES, page, 'index')],
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
