import { maskedSecret } from '../assumptions.ts'
import type { Resource } from './resource.ts'

/** Identifies a consumer. Credentials of type hmac-auth are stored but have no effect. */
export interface Credential extends Resource {
  ConsumerId: string
  GatewayId: string
  CredentialType: 'key-auth' | 'hmac-auth'
  /** The API key of key-auth, or the access key of hmac-auth. */
  key: string
}

/** A credential as ListConsumerCredentials shows it, without its key. */
export function describeCredential({ Id, CredentialType }: Credential): object {
  return CredentialType === 'key-auth'
    ? { Id, CredentialType, KeyAuthCredential: { APIKey: maskedSecret, Enable: true } }
    : { Id, CredentialType, HmacAuthCredential: { AccessKey: maskedSecret, SecretKey: maskedSecret, Enable: true } }
}
