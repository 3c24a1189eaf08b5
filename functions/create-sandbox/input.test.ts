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

describe.each<[name: string, good: string[], bad: string[]]>([
  ['OsType', ['Linux', 'Windows'], ['linux', 'WINDOWS', 'Linux ', 'Linux,Linux', 'macOS', '1']],
  [
    'InstanceName',
    ['a', '0', '-', 'x'.repeat(120), '桌面', 'Ünï', 'a.b_c-d', '٣'],
    [
      'x'.repeat(121),
      'a b',
      'a,b',
      'a/b',
      'a:b',
      'a\n',
      '\n',
      'a\0',
      '🖥',
      '\ud83d',
      'a\u0301',
      '<b>',
      "a'b",
      'a%20b',
      ' ',
    ],
  ],
  [
    'InstanceType',
    ['ecs.g3i.large', 'ecs.c3il.16xlarge', 'a.b'],
    [
      'ecs',
      'ecs.',
      '.large',
      'ecs..large',
      'ECS.G3I.LARGE',
      'ecs.g3i.large,ecs.g3i.large',
      'ecs g3i',
      'ecs.g3i.large\n',
      'ecs.g-3',
    ],
  ],
  [
    'ZoneId',
    ['cn-beijing-a', 'abc', 'x'.repeat(40)],
    ['ab', 'x'.repeat(41), 'cn-beijing-A', 'cn_beijing', 'cn-beijing-a,cn-beijing-b', 'cn.beijing', '..-'],
  ],
  [
    'ImageId',
    ['image-a', `image-${'x'.repeat(60)}`],
    ['image-', `image-${'x'.repeat(61)}`, 'i-a', 'IMAGE-a', 'image-a,image-a', 'image-a/b', ' image-a'],
  ],
  ['ProjectName', ['default', '_', '.', 'x'.repeat(64)], ['x'.repeat(65), 'a b', 'a/b', 'a,b', '项目']],
  [
    'SubnetId',
    ['subnet-a', `subnet-${'x'.repeat(60)}`],
    ['subnet-', `subnet-${'x'.repeat(61)}`, 'vpc-a', 'subnet-a,subnet-b'],
  ],
  [
    'Password',
    ['Abcdefg1', `Aa1${'x'.repeat(27)}`, "Aa1'<>;:{}", 'A1!@#$%^&*()', '~aA1xxxx'],
    [
      'Abcdef1',
      `Aa1${'x'.repeat(28)}`,
      'abcdefg1',
      'ABCDEFGH',
      '/Abcdefg1',
      '$6$Abcdefg1',
      'Abc defg1',
      'Abcdefg1\n',
      'Äbcdefg1',
      'Abcdefg,1',
      'Fake-Pass-1,Fake-Pass-1',
    ],
  ],
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
  [
    'TagKey',
    ['a', '部门', 'a b', 'x'.repeat(128), 'a:b/c=d+e-f@g.h_i'],
    ['volc:x', 'Volc:x', 'sys:', 'ecs-manager:vnc-token:x', 'x'.repeat(129), 'a,b', 'a*', 'a\n', '"'],
  ],
  ['TagValue', ['a', '值', 'x'.repeat(256), 'sys:a'], ['x'.repeat(257), 'a,b', 'a&b', 'a\t', '<']],
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
  test.each([
    ['sg-a', ['sg-a']],
    ['sg-a,sg-b,sg-c,sg-d,sg-e', ['sg-a', 'sg-b', 'sg-c', 'sg-d', 'sg-e']],
    [`sg-${'x'.repeat(60)}`, [`sg-${'x'.repeat(60)}`]],
  ])('takes %j', (value, expected) => {
    expect(read({ SecurityGroupIds: value })).toMatchObject({ SecurityGroupIds: expected })
  })

  test.each([
    'sg-',
    'sg-a,',
    ',sg-a',
    'sg-a,,sg-b',
    'sg-a, sg-b',
    'sg-a;sg-b',
    '["sg-a"]',
    'subnet-a',
    'sg-a,sg-b,sg-c,sg-d,sg-e,sg-f',
    `sg-${'x'.repeat(61)}`,
  ])('refuses %j', (value) => {
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
