import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../tests/support/any-text.ts'
import { flatten, type Param } from './flatten.ts'

interface Tree {
  [key: string]: Tree | string
}

/** The way back: numbered members are a list, others an object. */
function unflatten(flat: Record<string, string>): unknown {
  const root: Tree = {}
  for (const [name, value] of Object.entries(flat)) {
    const path = name.split('.')
    const last = path.pop() ?? ''
    let node = root
    for (const key of path) {
      node[key] ??= {}
      node = node[key] as Tree
    }
    node[last] = value
  }
  return toLists(root)
}

function toLists(node: Tree | string): unknown {
  if (typeof node === 'string') return node
  const entries = Object.entries(node).map(([key, value]): [string, unknown] => [key, toLists(value)])
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index + 1))
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries)
}

/** What ECS has to understand: every leaf as text, undefined members left out. */
function asText(value: Param): unknown {
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value !== 'object') return String(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, asText(member)]))
}

const name = fc.stringMatching(/^[A-Z][A-Za-z]{0,8}$/)
const leaf = fc.oneof(anyText(), fc.integer(), fc.boolean())
const { param } = fc.letrec<{ param: Param }>((tie) => ({
  param: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('param'), { minLength: 1, maxLength: 12 }),
    fc.dictionary(name, tie('param'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  ),
}))

describe('flatten', () => {
  it.each<[string, { [key: string]: Param }, Record<string, string>]>([
    ['a text', { ZoneId: 'cn-beijing-a' }, { ZoneId: 'cn-beijing-a' }],
    ['an empty text', { NextToken: '' }, { NextToken: '' }],
    ['a number', { MaxResults: 100 }, { MaxResults: '100' }],
    ['zero', { Count: 0 }, { Count: '0' }],
    ['true and false', { DryRun: true, ForceStop: false }, { DryRun: 'true', ForceStop: 'false' }],
    ['a list', { InstanceIds: ['i-a', 'i-b'] }, { 'InstanceIds.1': 'i-a', 'InstanceIds.2': 'i-b' }],
    ['an object', { EipAddress: { BandwidthMbps: 5 } }, { 'EipAddress.BandwidthMbps': '5' }],
    [
      'a list of objects with lists',
      { NetworkInterfaces: [{ SubnetId: 's', SecurityGroupIds: ['a', 'b'] }] },
      {
        'NetworkInterfaces.1.SubnetId': 's',
        'NetworkInterfaces.1.SecurityGroupIds.1': 'a',
        'NetworkInterfaces.1.SecurityGroupIds.2': 'b',
      },
    ],
    ['an empty list as nothing', { TagKeys: [] }, {}],
    ['an empty object as nothing', { EipAddress: {} }, {}],
    [
      'an undefined member as nothing',
      { ProjectName: undefined, Tags: [{ Key: 'a', Value: undefined }] },
      { 'Tags.1.Key': 'a' },
    ],
  ])('writes %s', (_name, params, flat) => {
    expect(flatten(params)).toEqual(flat)
  })

  it('loses nothing and mixes nothing up: what it writes can be read back', () => {
    fc.assert(
      fc.property(fc.dictionary(name, param, { maxKeys: 6, noNullPrototype: true }), (params) => {
        expect(unflatten(flatten(params))).toEqual(asText(params))
      }),
      { numRuns: 300 },
    )
  })

  it('numbers a list of eleven in order', () => {
    const flat = flatten({ Ids: Array.from({ length: 11 }, (_, index) => `i-${index + 1}`) })
    expect(flat['Ids.10']).toBe('i-10')
    expect(flat['Ids.11']).toBe('i-11')
    expect(Object.keys(flat)).toHaveLength(11)
  })

  it('leaves what it was given as it was', () => {
    const params = Object.freeze({ Tags: Object.freeze([Object.freeze({ Key: 'a' })]) })
    expect(() => flatten(params)).not.toThrow()
    expect(params).toEqual({ Tags: [{ Key: 'a' }] })
  })
})
