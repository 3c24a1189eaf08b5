import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { validate } from '../../shared/handler/parameters.ts'
import { CreateSandboxInput } from './input.ts'

/** The input, or the code of the refusal. */
function read(parameters: Record<string, string>): unknown {
  try {
    return validate(CreateSandboxInput, new Map(Object.entries(parameters)))
  } catch (error) {
    return (error as { code?: string }).code ?? error
  }
}

const base64 = (bytes: number) => Buffer.alloc(bytes, 'x').toString('base64')

test('UserData may have its lines broken, as the base64 command does it', () => {
  const encoded = base64(1_000)
  for (const lineBreak of ['\n', '\r\n']) {
    const wrapped = encoded.replace(/.{76}/g, `$&${lineBreak}`) + lineBreak
    expect(read({ UserData: wrapped })).toEqual({ OsType: 'Linux', UserData: encoded })
  }
})

test('nothing at all is a Linux sandbox as configured', () => {
  expect(read({})).toEqual({ OsType: 'Linux' })
})

test('has exactly the parameters of the API', () => {
  const known = ['OsType', 'InstanceName', 'InstanceType', 'ZoneId', 'ImageId', 'ProjectName', 'SubnetId']
  const more = ['SecurityGroupIds', 'Password', 'UserData', 'TagKey', 'TagValue', 'ClientToken']
  expect(Object.keys(CreateSandboxInput.entries)).toEqual(expect.arrayContaining([...known, ...more]))
})

// The patterns themselves have their test in shared/config/rules.test.ts. No other pattern takes the first value and
// refuses the second one.
describe.each<[name: string, good: string[], bad: string[]]>([
  ['OsType', ['Linux', 'Windows'], ['linux', 'WINDOWS', 'Linux ', 'Linux,Linux', 'macOS', '1']],
  ['InstanceName', ['桌面'], ['a b']],
  ['InstanceType', ['a.b'], ['ecs']],
  ['ZoneId', ['abc'], ['cn.beijing']],
  ['ImageId', ['image-a'], ['i-a']],
  ['ProjectName', ['_'], ['项目']],
  ['SubnetId', ['subnet-a'], ['vpc-a']],
  ['Password', ['Abcdefg1'], ['Abcdef1', 'Abcdefg,1', 'Fake-Pass-1,Fake-Pass-1']],
  [
    'UserData',
    [base64(1), base64(2), base64(3), base64(16_384), 'AAAA', '+/8='],
    [
      base64(16_385),
      'A',
      'AA',
      'AAA',
      'AAA\n',
      'AA AA',
      'AAAA AAA',
      ' AAAA',
      'AAA\tA',
      '-_8=',
      'AAAA=',
      '=',
      '====',
      'AB==',
      '#!/bin/sh',
      'IyEv,IyEv',
      'é',
      'x'.repeat(1_000_000),
    ],
  ],
  ['TagKey', ['a b'], ['sys:a']],
  ['TagValue', ['sys:a'], ['a,b']],
  ['ClientToken', ['a', '!', '~', 'x'.repeat(64), '__proto__'], ['x'.repeat(65), 'a b', 'a,a', 'é', 'a\n', '\u007f']],
])('%s', (name, good, bad) => {
  test.each(good)('takes %j', (value) => {
    const tag = name.startsWith('Tag') ? { TagKey: 'a', TagValue: 'b' } : {}
    expect(read({ ...tag, [name]: value })).toMatchObject({ [name]: value })
  })

  test.each(bad)('refuses %j', (value) => {
    expect(read({ [name]: value })).toBe(`InvalidParameter.${name}`)
  })
})

describe('SecurityGroupIds', () => {
  test.each([['sg-a,sg-b,sg-c,sg-d,sg-e', ['sg-a', 'sg-b', 'sg-c', 'sg-d', 'sg-e']]])('takes %j', (value, expected) => {
    expect(read({ SecurityGroupIds: value })).toMatchObject({ SecurityGroupIds: expected })
  })

  test.each(['subnet-a', 'sg-a,sg-b,sg-c,sg-d,sg-e,sg-f'])('refuses %j', (value) => {
    expect(read({ SecurityGroupIds: value })).toBe('InvalidParameter.SecurityGroupIds')
  })
})

test.each(['instanceName', 'OSType', 'Name', 'Count', 'MinCount', 'EipAddress', 'Tags.1.Key', 'toString', '__proto__'])(
  '%s is no parameter',
  (name) => {
    expect(read(Object.fromEntries([[name, 'x']]))).toBe(`UnknownParameter.${name}`)
  },
)

test('a refusal says what would be right, and never what was given', () => {
  for (const name of Object.keys(CreateSandboxInput.entries)) {
    const result = v.safeParse(CreateSandboxInput, { [name]: 'Fake secret, \u0000' })
    expect(result.success).toBe(false)
    const [issue] = result.issues ?? []
    expect(issue?.message).toMatch(/^must /)
    expect(issue?.message).not.toContain('Fake secret')
  }
})
