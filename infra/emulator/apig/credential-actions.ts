import * as v from 'valibot'
import { pageOf } from '../gateway/pages.ts'
import { missingParameter, resourceNotFound } from '../gateway/service-errors.ts'
import { type Action, action } from './action.ts'
import { mustBeNew } from './assumptions.ts'
import { notEmulated } from './errors.ts'
import { pageFields } from './fields.ts'
import { admitCreation, newResource } from './new-resource.ts'
import { type Credential, describeCredential } from './resources/credential.ts'

const types = ['key-auth', 'hmac-auth'] as const
const credentialType = v.picklist(types, `it must be one of ${types.join(', ')}`)
const secret = v.pipe(v.string(), v.nonEmpty('it is empty'))

const credentialFields = {
  CredentialType: credentialType,
  KeyAuthCredential: v.optional(v.object({ APIKey: secret })),
  HmacAuthCredential: v.optional(v.object({ AccessKey: secret, SecretKey: secret })),
  Oauth2Credential: v.optional(v.unknown()),
}

export const createConsumerCredential: Action = action(
  v.object({ ...credentialFields, ConsumerId: v.string() }),
  (input, apig, call) => {
    const { ConsumerId, CredentialType } = input
    const { GatewayId } = apig.consumers.get(ConsumerId, call.region)
    const key = keyOf(input)
    const present = apig.credentials.all().filter((credential) => credential.GatewayId === GatewayId)
    const isSame = (other: Credential) => other.CredentialType === CredentialType && other.key === key
    mustBeNew('credential', 'with this key', present.filter(isSame))
    const ofConsumer = present.filter((credential) => credential.ConsumerId === ConsumerId)
    admitCreation(apig, call, 'credentials of a consumer', ofConsumer, apig.quotas.credentialsPerConsumer)
    const { Id, region, hiddenUntil } = newResource(apig, call, 'credential-')
    apig.credentials.put({ Id, region, hiddenUntil, ConsumerId, GatewayId, CredentialType, key })
    return { Id }
  },
)

export const listConsumerCredentials: Action = action(
  v.object({ ...pageFields, ConsumerId: v.string(), CredentialType: credentialType }),
  ({ ConsumerId, CredentialType, ...page }, apig, call) => {
    const consumer = apig.consumers.get(ConsumerId, call.region)
    const matchesFilter = (credential: Credential) =>
      credential.ConsumerId === consumer.Id && credential.CredentialType === CredentialType
    return pageOf(apig.credentials.listed(call.region).filter(matchesFilter), page, describeCredential)
  },
)

export const deleteConsumerCredential: Action = action(
  v.object({ ConsumerId: v.string(), CredentialType: credentialType, Id: v.string() }),
  ({ ConsumerId, CredentialType, Id }, apig, call) => {
    const credential = apig.credentials.get(Id, call.region)
    if (credential.ConsumerId !== ConsumerId || credential.CredentialType !== CredentialType) {
      throw resourceNotFound('credential', Id)
    }
    apig.credentials.remove(credential)
    return {}
  },
)

export const checkConsumerCredentialExist: Action = action(
  v.object({ ...credentialFields, GatewayId: v.string() }),
  (input, apig, call) => {
    const { Id: gatewayId } = apig.gateways.get(input.GatewayId, call.region)
    const key = keyOf(input)
    const matches = ({ GatewayId, CredentialType, ...credential }: Credential) =>
      GatewayId === gatewayId && CredentialType === input.CredentialType && credential.key === key
    const credential = apig.credentials.listed(call.region).find(matches)
    return credential ? { Exist: true, Id: credential.Id, ConsumerId: credential.ConsumerId } : { Exist: false }
  },
)

type CredentialFields = v.InferOutput<ReturnType<typeof v.object<typeof credentialFields, undefined>>>

function keyOf({ CredentialType, KeyAuthCredential, HmacAuthCredential, Oauth2Credential }: CredentialFields): string {
  if (Oauth2Credential !== undefined) throw notEmulated('Oauth2Credential')
  if (CredentialType === 'key-auth') {
    if (!KeyAuthCredential) throw missingParameter('KeyAuthCredential')
    return KeyAuthCredential.APIKey
  }
  if (!HmacAuthCredential) throw missingParameter('HmacAuthCredential')
  return HmacAuthCredential.AccessKey
}
