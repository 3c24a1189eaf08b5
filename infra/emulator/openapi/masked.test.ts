import { expect, it } from 'vitest'
import { masked } from './masked.ts'

it.each<[string, unknown, unknown]>([
  ['a password', { Password: 'x', Username: 'u' }, { Password: '***', Username: 'u' }],
  [
    'the credentials of Kafka',
    { KafkaCredentials: { Mechanism: 'PLAIN', Username: 'u', Password: 'x' }, TopicName: 't' },
    { KafkaCredentials: { Mechanism: 'PLAIN', Username: 'u', Password: '***' }, TopicName: 't' },
  ],
  [
    'variables',
    { Envs: [{ Key: 'A', Value: 'x' }], Tags: [{ Key: 'a', Value: 'b' }] },
    { Envs: [{ Key: 'A', Value: '***' }], Tags: [{ Key: 'a', Value: 'b' }] },
  ],
  [
    'keys of consumers',
    { CredentialType: 'key-auth', KeyAuthCredential: { APIKey: 'x', Enable: true } },
    { CredentialType: 'key-auth', KeyAuthCredential: { APIKey: '***', Enable: true } },
  ],
  [
    'key pairs of consumers',
    { HmacAuthCredential: { AccessKey: 'x', SecretKey: 'y' } },
    { HmacAuthCredential: { AccessKey: '***', SecretKey: '***' } },
  ],
  [
    'the login to a registry',
    { SourceAccessConfig: { Username: 'u', Password: 'x' } },
    { SourceAccessConfig: { Username: 'u', Password: '***' } },
  ],
  [
    'secrets that came in another form than they should',
    { Envs: { A: 'x', list: [{ deep: 1 }] }, KafkaCredentials: 'x', KeyAuthCredential: ['x'] },
    { Envs: { A: '***', list: [{ deep: '***' }] }, KafkaCredentials: '***', KeyAuthCredential: ['***'] },
  ],
  ['nothing else', { Name: 'n', Limit: 1, On: true, None: null }, { Name: 'n', Limit: 1, On: true, None: null }],
])('masks %s, at any depth', (_what, value, expected) => {
  expect(masked(value)).toEqual(expected)
  expect(masked({ Items: [value] })).toEqual({ Items: [expected] })
})

it('leaves what it is given as it was', () => {
  const value = { Envs: [{ Key: 'A', Value: 'x' }] }
  masked(value)
  expect(value).toEqual({ Envs: [{ Key: 'A', Value: 'x' }] })
})
