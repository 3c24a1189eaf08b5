import { createRequire } from 'node:module'
import { hmacSha256, sha256 } from '../infra/build/substitutes/crypto-js.ts'

// Signs requests to the cloud as the deployed functions do, by node:crypto in place of crypto-js, which takes less CPU. The
// serverless commands that tests start sign with crypto-js.
const require = createRequire(createRequire(import.meta.url).resolve('@volcengine/openapi'))

require.cache[require.resolve('crypto-js/sha256')] = { exports: sha256 } as NodeModule
require.cache[require.resolve('crypto-js/hmac-sha256')] = { exports: hmacSha256 } as NodeModule
