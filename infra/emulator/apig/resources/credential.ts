import { maskedSecret } from '../assumptions.ts'
import type { Resource } from './resource.ts'

/** What a consumer is known by. Those of hmac-auth are kept, and of no effect. */
export interface Credential extends Resource {
  ConsumerId: string
  GatewayId: string
  CredentialType: 'key-auth' | 'hmac-auth'
  /** The API key, or the access key. */
  key: string
}

/** A credential as ListConsumerCredentials shows it: without its key. */
export function describeCredential({ Id, CredentialType }: Credential): object {
  return CredentialType === 'key-auth'
    ? { Id, CredentialType, KeyAuthCredential: { APIKey: maskedSecret, Enable: true } }
    : { Id, CredentialType, HmacAuthCredential: { AccessKey: maskedSecret, SecretKey: maskedSecret, Enable: true } }
}
