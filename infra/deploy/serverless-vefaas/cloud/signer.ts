import { createRequire } from 'node:module'
import type signing from '@volcengine/openapi/lib/base/sign.js'

// Only this module: the whole package takes 0.3 s to load. With `require`, because an import of a CommonJS module has another
// default export in a CommonJS build than in an ES module.
const require = createRequire(`${import.meta.dirname}/`)

/** Signs requests to the OpenAPI. */
export const { default: Signer } = require('@volcengine/openapi/lib/base/sign.js') as typeof signing
