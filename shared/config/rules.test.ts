import { describe, expect, test } from 'vitest'
import * as rules from './rules.ts'

describe('a password', () => {
  test.each([
    ['8 characters of three kinds', 'Abcdefg1'],
    ['30 characters', `Aa1${'x'.repeat(27)}`],
    ['upper, lower, special', 'Abcdefg!'],
    ['lower, digit, special', 'abcdefg1!'],
    ['upper, digit, special', 'ABCDEFG1!'],
    ['every special character that ECS takes', 'Aa`~!@#$%^&*()_-+=|{}[]'],
    ['and the other ones', "Aa1:;'<>,.?/"],
    ['$6$ not in front', 'Aa1$6$xyz'],
    ['/ not in front', 'Aa1/xyz/'],
    ['$6 in front without the second $', '$6Abcdefg'],
    ['special characters in front', '~aA1xxxx'],
    ['more special characters than others', 'A1!@#$%^&*()'],
  ])('of %s is taken: %s', (_, password) => {
    expect(rules.isPassword(password)).toBe(true)
  })

  test.each([
    ['nothing', ''],
    ['7 characters', 'Abcdef1'],
    ['31 characters', `Aa1${'x'.repeat(28)}`],
    ['two kinds', 'abcdefg1'],
    ['one kind', 'abcdefgh'],
    ['one kind of capitals', 'ABCDEFGH'],
    ['/ in front', '/Abcdef1'],
    ['$6$ in front', '$6$Abcdef1'],
    ['a space', 'Abc defg1'],
    ['a tab', 'Abc\tdefg1'],
    ['a line end after it', 'Abcdefg1\n'],
    ['a line end in it', 'Abcd\nefg1'],
    ['NUL', 'Abcdefg1\0'],
    ['letters beyond ASCII', 'Äbcdefg1'],
    ['a quotation mark', 'Abcdefg1"'],
    ['a backslash', 'Abcdefg1\\'],
  ])('of %s is refused', (_, password) => {
    expect(rules.isPassword(password)).toBe(false)
  })
})

const isRule = (value: unknown): value is rules.Rule => Array.isArray(value)
const patterns: Record<string, RegExp> = Object.fromEntries(
  Object.entries(rules).flatMap(([name, rule]) => (isRule(rule) ? [[name, rule[0]]] : [])),
)

const long = (text: string, length: number) => text.padEnd(length, 'x')

describe.each([
  [
    'INSTANCE_NAME',
    ['a', '0', '-', '桌面-1', 'A_b.c-9', 'Ünï', '٣', 'x'.repeat(120)],
    [
      '',
      ' ',
      'a b',
      'a/b',
      'x'.repeat(121),
      'a\n',
      '\n',
      'a,b',
      'a:b',
      '<b>',
      "a'b",
      'a%20b',
      'a\u0301',
      '\ud83d\ude00',
      '\ud83d',
      'a\0',
    ],
  ],
  [
    'INSTANCE_TYPE',
    ['ecs.g3i.large', 'ecs.c3il.4xlarge', 'a.b'],
    ['', 'ecs', 'ecs.', '.ecs', 'ECS.G3I', 'ecs..x', 'ecs.a-b', 'ecs g3i', 'a.b,a.b', 'a.b\n'],
  ],
  [
    'ZONE',
    ['cn-beijing-a', 'ap-southeast-1b', 'abc', 'x'.repeat(40)],
    [
      '',
      'ab',
      'CN-beijing-a',
      'cn-beijing-A',
      'cn beijing',
      'cn_beijing',
      'cn.beijing',
      '..-',
      'cn-beijing-a,cn-beijing-b',
      'x'.repeat(41),
    ],
  ],
  [
    'IMAGE',
    ['image-a', 'image-ybq_1-2', long('image-', 66)],
    ['', 'image', 'image-', 'Image-a', 'img-a', 'i-a', ' image-a', 'image-a/b', 'image-a,image-b', long('image-', 67)],
  ],
  [
    'PROJECT',
    ['default', 'a.b_c-1', '_', '.', 'x'.repeat(64)],
    ['', 'a b', 'a/b', 'a,b', '项目', 'x'.repeat(65), 'a\n'],
  ],
  [
    'SUBNET',
    ['subnet-a', long('subnet-', 67)],
    ['', 'subnet-', 'subnet-a,subnet-b', 'vpc-a', ' subnet-a', long('subnet-', 68)],
  ],
  [
    'SECURITY_GROUPS',
    ['sg-a', 'sg-a,sg-b,sg-c,sg-d,sg-e', long('sg-', 63)],
    [
      '',
      'sg-',
      'subnet-a',
      'sg-a,,sg-b',
      'sg-a;sg-b',
      '["sg-a"]',
      long('sg-', 64),
      'sg-a,',
      ',sg-a',
      'sg-a, sg-b',
      'sg-a,b',
      'sg-a,sg-b,sg-c,sg-d,sg-e,sg-f',
    ],
  ],
  [
    'TAG_KEY',
    ['a', 'team', '部门', 'a b_.:/=+-@', 'a:b/c=d+e-f@g.h_i', 'x'.repeat(128), 'volcano', 'system', 'xsys:'],
    [
      '',
      'volc:a',
      'Volc:a',
      'sys:',
      '"',
      'VOLC:a',
      'sys:a',
      'Sys:a',
      'ecs-manager:vnc-token:x',
      'ECS-Manager:x',
      'a,b',
      'a*',
      'α\u0345',
      'x'.repeat(129),
      'a\n',
    ],
  ],
  ['TAG_VALUE', ['a', '值 1', 'x'.repeat(256), 'sys:a'], ['', 'a,b', 'a#', 'a&b', '<', 'x'.repeat(257), 'a\tb']],
] as const)('%s', (name, good, bad) => {
  const pattern = patterns[name]
  test.each(good)('takes %j', (value) => expect(pattern?.test(value)).toBe(true))
  test.each(bad)('refuses %j', (value) => expect(pattern?.test(value)).toBe(false))
})

test.each(Object.entries(patterns))('%s takes no time that grows with the square of the length', (_, pattern) => {
  const before = performance.now()
  for (const text of ['a', '.', 'a.', 'sg-a,', 'image-', ' ', '\ud83d']) pattern.test(text.repeat(400_000))
  // A few milliseconds, also on a busy machine less than a minute; a pattern that tracks back takes several minutes.
  expect(performance.now() - before).toBeLessThan(60_000)
})
