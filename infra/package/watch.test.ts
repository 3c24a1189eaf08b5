import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type Watch, watch } from './watch.ts'

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
let watching: Watch
/** What was heard and not yet asked for: names of functions, or what is wrong. */
let heard: string[]

async function start(onChange: (names: string) => void | Promise<void> = () => {}, others = {}): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'watch-test-'))
  heard = []
  for (const [path, content] of Object.entries<string>({ ...files, ...others })) write(path, content)
  watching = await watch(
    { functions, projectDirectory: folder },
    {
      onChange: (bundles) => {
        const names = bundles.map(({ name }) => name).join()
        heard.push(names)
        return onChange(names)
      },
      onProblem: ({ message }) => heard.push(message),
    },
  )
}

afterEach(async () => {
  await watching.close()
  rmSync(folder, { recursive: true })
})

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

async function next(): Promise<string | undefined> {
  await expect.poll(() => heard.length, { timeout: 10_000, interval: 10 }).toBeGreaterThan(0)
  return heard.shift()
}

test('at first all functions are new, then those that have changed', async () => {
  await start()
  expect(heard.splice(0)).toEqual(['first,second,third'])
  write('functions/third/index.ts', handler('changed'))
  expect(await next()).toBe('third')
  write('shared/text.ts', 'export const text = "two"\n')
  expect(await next()).toBe('first,second')
  write('config.toml', 'a = 2\n')
  expect(await next()).toBe('first,second,third')
})

test('what makes no difference to the bundles is not heard', async () => {
  await start()
  await next()
  write('shared/unused.ts', 'export {}\n')
  write('shared/text.ts', '/* a comment */ export const text = "one"\n')
  write('functions/third/other.ts', 'export {}\n')
  // What comes after it is the first that is heard.
  write('functions/third/index.ts', handler('changed'))
  expect(await next()).toBe('third')
})

test('files are followed into new folders, and when another file takes their place', async () => {
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

test('what cannot be built is told once, and what is missing is found wherever it comes', async () => {
  await start(undefined, { 'lib/unused.ts': 'export {}\n' })
  await next()
  write('functions/third/index.ts', importing('../../lib/new/text.ts'))
  expect(await next()).toBe('functions/third/index.ts:1:22: Could not resolve "../../lib/new/text.ts"')
  write('lib/new/text.ts', 'export const text = "new"\n')
  expect(await next()).toBe('third')
})

test('a folder that is removed and made again is followed', async () => {
  await start()
  await next()
  rmSync(join(folder, 'shared'), { recursive: true })
  expect(await next()).toContain('Could not resolve "../../shared/text.ts"')
  for (const text of ['two', 'three']) {
    write('shared/text.ts', `export const text = "${text}"\n`)
    expect(await next()).toBe('first,second')
  }
})

test('what changes while the last change is seen to comes after it, together', async () => {
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
  expect(heard).toEqual([])
  release()
  expect(await next()).toBe('first,second,third')
})

test('what the listener throws is a problem, and no end', async () => {
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

test('a project that cannot be built at first is built when it can', async () => {
  await start(undefined, { 'functions/third/index.ts': 'export const handler = (' })
  expect(await next()).toMatch(/^functions\/third\/index\.ts:1:\d+: Unexpected end of file$/)
  write('functions/third/index.ts', handler('third'))
  expect(await next()).toBe('first,second,third')
})
