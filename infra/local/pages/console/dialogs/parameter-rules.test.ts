import { expect, test } from 'vitest'
import * as api from '../../../../../shared/config/rules.ts'
import { givenValues, PARAMETER_RULES, type TextValues, wrongParameters } from './parameter-rules.ts'

const empty: TextValues = { InstanceName: '', InstanceType: '', ImageId: '', ZoneId: '', TagKey: '', TagValue: '' }

test('the rules are those of the API', () => {
  expect(PARAMETER_RULES).toEqual({
    InstanceName: api.INSTANCE_NAME[0],
    InstanceType: api.INSTANCE_TYPE[0],
    ImageId: api.IMAGE[0],
    ZoneId: api.ZONE[0],
    TagKey: api.TAG_KEY[0],
    TagValue: api.TAG_VALUE[0],
  })
})

test('every value may be left out', () => {
  expect(wrongParameters(empty)).toEqual([])
  expect(givenValues(empty)).toEqual({})
})

test('spaces around a value do not count', () => {
  expect(wrongParameters({ ...empty, InstanceName: ' agent-1 ', ZoneId: '  ' })).toEqual([])
  expect(givenValues({ ...empty, InstanceName: ' agent-1 ', ZoneId: '  ' })).toEqual({ InstanceName: 'agent-1' })
})

test.each<[Partial<TextValues>, string[]]>([
  [{ InstanceName: 'two words' }, ['InstanceName']],
  [{ InstanceName: 'a'.repeat(120) }, []],
  [{ InstanceName: 'a'.repeat(121) }, ['InstanceName']],
  [{ InstanceName: '名称_1.-' }, []],
  [{ InstanceType: 'ecs.g3i.large', ImageId: 'image-abc', ZoneId: 'cn-beijing-a' }, []],
  [{ InstanceType: 'large', ImageId: 'abc', ZoneId: 'Beijing' }, ['InstanceType', 'ImageId', 'ZoneId']],
  [{ TagKey: 'team', TagValue: 'a b' }, []],
  [{ TagKey: 'sys:team', TagValue: 'a#b' }, ['TagKey', 'TagValue']],
  [{ TagKey: 'team' }, ['TagValue']],
  [{ TagValue: 'red' }, ['TagKey']],
])('%j: the API would refuse %j', (values, expected) => {
  expect(wrongParameters({ ...empty, ...values })).toEqual(expected)
})
