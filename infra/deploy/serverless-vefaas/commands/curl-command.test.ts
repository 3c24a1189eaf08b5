import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { ApigConfig } from '../config.ts'
import { serviceWith } from '../testing.ts'
import { curlCommand } from './curl-command.ts'

function commandFor(event: ApigConfig, keyHeader?: string): string {
  const { functions } = serviceWith({ one: { events: [{ apig: event }] } })
  const [route] = functions[0]?.routes ?? []
  if (route === undefined) throw new Error('there is no route')
  return curlCommand('https://g', route, keyHeader)
}

const json = '-H "Content-Type: application/json"'

test.each<[string, ApigConfig, string]>([
  ['any method is GET', { path: '/a' }, 'curl "https://g/a"'],
  ['GET has no body', { path: '/a', method: ['GET', 'POST'] }, 'curl "https://g/a"'],
  ['POST has an empty body', { path: '/a', method: 'POST' }, `curl -X POST ${json} -d "{}" "https://g/a"`],
  ['HEAD is --head', { path: '/a', method: 'HEAD' }, 'curl --head "https://g/a"'],
  ['DELETE has no body', { path: '/a', method: 'DELETE' }, 'curl -X DELETE "https://g/a"'],
  ['values of headers are not shown', { path: '/a', header: { 'X-A': 'b' } }, 'curl -H "X-A: ..." "https://g/a"'],
  ['a $ of the path is no variable', { path: '/$a' }, 'curl "https://g/\\$a"'],
  [
    'the method of the example',
    { path: '/a', method: ['GET', 'POST'], example: { method: 'POST' } },
    `curl -X POST ${json} -d "{}" "https://g/a"`,
  ],
  [
    'the query of the example',
    { action: 'Sell', example: { query: { Id: '$ID', 'a b': 'c&d', Count: 3 } } },
    'curl "https://g/?Action=Sell&Id=$ID&a%20b=c%26d&Count=3"',
  ],
  [
    'the query of the example in place of a pattern',
    { path: '/a', query: { n: { regex: '[0-9]+' } }, example: { query: { n: 7 } } },
    'curl "https://g/a?n=7"',
  ],
  [
    'the headers of the example in place of others',
    { path: '/a', header: { 'X-A': 'b' }, example: { header: { 'x-a': 'c' }, body: 'text' } },
    'curl -X POST -H "Content-Type: text/plain" -H "x-a: c" -d "text" "https://g/a"',
  ],
])('%s', (_what, event, command) => {
  expect(commandFor(event)).toBe(command)
})

test('the key of the gateway replaces that of the example', () => {
  const event: ApigConfig = { path: '/a', example: { header: { Authorization: 'Bearer $KEY' } } }
  expect(commandFor(event)).toBe('curl -H "Authorization: Bearer $KEY" "https://g/a"')
  expect(commandFor(event, 'authorization')).toBe('curl -H "authorization: $KEY" "https://g/a"')
})

test('a shell replaces the variables of the body, and nothing else', () => {
  const command = commandFor({ path: '/a', example: { body: { Id: '$ID', Text: 'a "b" `c` \\d' } } })
  const script = `curl() { printf '%s\\n' "$@"; }\n${command}`
  const words = execFileSync('sh', { input: script, env: { ...process.env, ID: 'i-1' }, encoding: 'utf8' }).split('\n')
  expect(JSON.parse(words[words.indexOf('-d') + 1] ?? '')).toEqual({ Id: 'i-1', Text: 'a "b" `c` \\d' })
})
