import { describe, expect, test } from 'vitest'
import { refuseWebPages } from './refuse-web-pages.ts'

const codeOf = (headers: Record<string, string>) => refuseWebPages({ headers: Object.entries(headers) })?.code

describe('serves', () => {
  test.each<Record<string, string>>([
    { host: '127.0.0.1:8102' },
    { Host: 'localhost:8102' },
    { Host: 'LOCALHOST' },
    { Host: '[::1]:8102' },
    { Host: '127.0.0.1', Origin: 'http://localhost:3000' },
    { Host: '127.0.0.1', Origin: 'http://localhost:3000', 'Sec-Fetch-Site': 'cross-site' },
    { Host: 'localhost', 'Sec-Fetch-Site': 'none' },
    { Host: 'localhost', 'Sec-Fetch-Site': 'same-origin' },
  ])('%o', (headers) => {
    expect(codeOf(headers)).toBeUndefined()
  })
})

describe('refuses', () => {
  test.each<[code: string, headers: Record<string, string>]>([
    ['OperationDenied.Host', {}],
    ['OperationDenied.Host', { Host: '' }],
    ['OperationDenied.Host', { Host: 'evil.example:8102' }],
    ['OperationDenied.Host', { Host: '127.0.0.1.evil.example' }],
    ['OperationDenied.Host', { Host: 'localhost.evil.example:8102' }],
    ['OperationDenied.Host', { Host: 'evil.example@127.0.0.1' }],
    ['OperationDenied.Host', { Host: '127.0.0.1:8102/evil' }],
    ['OperationDenied.Host', { Host: '127.0.0.1\nevil' }],
    ['OperationDenied.Host', { Host: '0.0.0.0:8102' }],
    ['OperationDenied.Origin', { Host: '127.0.0.1', Origin: 'https://evil.example' }],
    ['OperationDenied.Origin', { Host: '127.0.0.1', Origin: 'null' }],
    ['OperationDenied.Origin', { Host: '127.0.0.1', Origin: '' }],
    ['OperationDenied.Origin', { Host: '127.0.0.1', Origin: 'http://localhost.evil.example' }],
    ['OperationDenied.Origin', { Host: '127.0.0.1', Origin: 'https://evil.example', 'Sec-Fetch-Site': 'none' }],
    ['OperationDenied.Origin', { Host: '127.0.0.1', 'Sec-Fetch-Site': 'cross-site' }],
  ])('with %s: %o', (code, headers) => {
    expect(codeOf(headers)).toBe(code)
  })
})
