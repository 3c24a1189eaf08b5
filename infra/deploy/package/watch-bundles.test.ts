import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type BundleWatcher, watchBundles } from './watch-bundles.ts'

const handler = (text: string) => `export const handler = () => ${JSON.stringify(text)}\n`
const importing = (path: string) => `import { text } from '${path}'\nexport const handler = () => text\n`

const functions = ['first', 'second', 'third'].map((name) => ({ name, folder: name }))
const files = {
  'config.toml': 'a = 1\n',
  'functions/first/index.ts': importing('../../shared/text.ts'),
  'functions/second/index.ts': importing('../../shared/text.ts'),
  'functions/third/index.ts': handler('third'),
  'shared/text.ts': 'export const text = "one"\n',
}

let folder: string
let watcher: BundleWatcher
/** The calls of the listener that next() has not returned yet: names of functions, or a problem. */
let calls: string[]

async function start(onChange: (names: string) => void | Promise<void> = () => {}, others = {}): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'watch-test-'))
  calls = []
  for (const [path, content] of Object.entries<string>({ ...files, ...others })) write(path, content)
  watcher = await watchBundles(
    { functions, projectDirectory: folder },
    {
      onChange: (bundles) => {
        const names = bundles.map(({ name }) => name).join()
        calls.push(names)
        return onChange(names)
      },
      onProblem: ({ message }) => calls.push(message),
    },
  )
}

afterEach(async () => {
  await watcher.close()
  rmSync(folder, { recursive: true })
})

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

async function next(): Promise<string | undefined> {
  await expect.poll(() => calls.length, { interval: 10 }).toBeGreaterThan(0)
  return calls.shift()
}

test('reports all functions first, then those that have changed', async () => {
  await start()
  expect(calls.splice(0)).toEqual(['first,second,third'])
  write('functions/third/index.ts', handler('changed'))
  expect(await next()).toBe('third')
  write('shared/text.ts', 'export const text = "two"\n')
  expect(await next()).toBe('first,second')
  write('config.toml', 'a = 2\n')
  expect(await next()).toBe('first,second,third')
})

test('does not report changes that make no difference to the bundles', async () => {
  await start()
  await next()
  write('shared/unused.ts', 'export {}\n')
  write('shared/text.ts', '/* a comment */ export const text = "one"\n')
  write('functions/third/other.ts', 'export {}\n')
  // Only the next change is reported.
  write('functions/third/index.ts', handler('changed'))
  expect(await next()).toBe('third')
})

test('watches files in new folders, and files that are replaced', async () => {
  await start()
  await next()
  write('lib/deep/more.ts', 'export const text = "more"\n')
  write('functions/third/index.ts', importing('../../lib/deep/more.ts'))
  expect(await next()).toBe('third')
  for (const text of ['one more', 'two more']) {
    write('lib/deep/more.new', `export const text = "${text}"\n`)
    renameSync(join(folder, 'lib/deep/more.new'), join(folder, 'lib/deep/more.ts'))
    expect(await next()).toBe('third')
  }
})

test('reports what cannot be built once, and notices a missing file wherever it appears', async () => {
  await start(undefined, { 'lib/unused.ts': 'export {}\n' })
  await next()
  write('functions/third/index.ts', importing('../../lib/new/text.ts'))
  expect(await next()).toBe('functions/third/index.ts:1:22: Could not resolve "../../lib/new/text.ts"')
  write('lib/new/text.ts', 'export const text = "new"\n')
  expect(await next()).toBe('third')
})

test('watches a folder that is removed and created again', async () => {
  await start()
  await next()
  rmSync(join(folder, 'shared'), { recursive: true })
  expect(await next()).toContain('Could not resolve "../../shared/text.ts"')
  for (const text of ['two', 'three']) {
    write('shared/text.ts', `export const text = "${text}"\n`)
    expect(await next()).toBe('first,second')
  }
})

test('reports the changes during a call of the listener together in the next call', async () => {
  let release = () => {}
  let isBusy = false
  await start(async (names) => {
    expect(isBusy).toBe(false)
    if (names !== 'third') return
    isBusy = true
    await new Promise<void>((resolve) => {
      release = resolve
    })
    isBusy = false
  })
  await next()
  write('functions/third/index.ts', handler('changed'))
  expect(await next()).toBe('third')
  write('shared/text.ts', 'export const text = "two"\n')
  write('config.toml', 'a = 2\n')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(calls).toEqual([])
  release()
  expect(await next()).toBe('first,second,third')
})

test('reports an error of the listener, and goes on', async () => {
  await start((names) => {
    if (names === 'third') throw new Error('not deployed')
  })
  await next()
  write('functions/third/index.ts', handler('changed'))
  expect(await next()).toBe('third')
  expect(await next()).toBe('not deployed')
  write('shared/text.ts', 'export const text = "two"\n')
  expect(await next()).toBe('first,second')
})

test('builds a project that could not be built at first', async () => {
  await start(undefined, { 'functions/third/index.ts': 'export const handler = (' })
  expect(await next()).toMatch(/^functions\/third\/index\.ts:1:\d+: Unexpected end of file$/)
  write('functions/third/index.ts', handler('third'))
  expect(await next()).toBe('first,second,third')
})
