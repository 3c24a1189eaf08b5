import { expect, test } from 'vitest'
import { readInvokeArguments } from './invoke-arguments.ts'

test('without any, the defaults', () => {
  expect(readInvokeArguments([])).toEqual({
    help: false,
    functionName: undefined,
    data: undefined,
    dataFile: undefined,
    ecsPort: 18_103,
    cloud: false,
  })
})

test('with all that go together, in any order', () => {
  expect(readInvokeArguments(['--cloud', 'some-function', '--ecs-port=1', '--data', '{"a":1}'])).toEqual({
    help: false,
    functionName: 'some-function',
    data: '{"a":1}',
    dataFile: undefined,
    ecsPort: 1,
    cloud: true,
  })
  expect(readInvokeArguments(['some-function', '--data-file', '-'])).toMatchObject({ dataFile: '-' })
})

test.each([
  ['one two', 'one function at a time, not one, two'],
  ['one --data {} --data-file a.json', 'give --data or --data-file, not both'],
  ['one --ecs-port 65536', '--ecs-port must be a number from 0 to 65535'],
  ['one --dat {}', "Unknown option '--dat'; npm run invoke -- --help shows what there is"],
  ['one --data', "Option '--data <value>' argument missing"],
  ['one --data --cloud', "Option '--data' argument is ambiguous; npm run invoke -- --help shows what there is"],
])('%s is refused in one line', (line, message) => {
  const read = () => readInvokeArguments(line.split(' '))
  expect(read).toThrow(expect.objectContaining({ name: 'LocalError', message: expect.stringMatching(/^[^\n]*$/) }))
  expect(read).toThrow(message)
})
