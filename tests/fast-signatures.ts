import { createRequire } from 'node:module'
import { hmacSha256, sha256 } from '../infra/build/substitutes/crypto-js.ts'

/**
 * Signs requests to the cloud as the deployed functions do, by node:crypto in place of crypto-js: it takes a tenth of the
 * CPU of all tests.
 */
const require = createRequire(createRequire(import.meta.url).resolve('@volcengine/openapi'))

require.cache[require.resolve('crypto-js/sha256')] = { exports: sha256 } as NodeModule
require.cache[require.resolve('crypto-js/hmac-sha256')] = { exports: hmacSha256 } as NodeModule
