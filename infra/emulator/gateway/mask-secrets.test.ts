import { expect, it } from 'vitest'
import { maskSecrets } from './mask-secrets.ts'

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
    'secrets of the wrong type',
    { Envs: { A: 'x', list: [{ deep: 1 }] }, KafkaCredentials: 'x', KeyAuthCredential: ['x'] },
    { Envs: { A: '***', list: [{ deep: '***' }] }, KafkaCredentials: '***', KeyAuthCredential: ['***'] },
  ],
  ['nothing else', { Name: 'n', Limit: 1, On: true, None: null }, { Name: 'n', Limit: 1, On: true, None: null }],
])('masks %s, at any depth', (_what, value, expected) => {
  expect(maskSecrets(value)).toEqual(expected)
  expect(maskSecrets({ Items: [value] })).toEqual({ Items: [expected] })
})

it('does not change its argument', () => {
  const value = { Envs: [{ Key: 'A', Value: 'x' }] }
  maskSecrets(value)
  expect(value).toEqual({ Envs: [{ Key: 'A', Value: 'x' }] })
})
