import { describe, expect, it } from 'vitest'
import { Addresses } from './addresses.ts'

describe('Addresses', () => {
  it('gives each address once, except the ends of each block of 256, and then none', () => {
    const addresses = new Addresses('127.8.0.0/24')
    const taken = Array.from({ length: 251 }, () => addresses.take())
    expect(taken[0]).toBe('127.8.0.4')
    expect(taken[250]).toBe('127.8.0.254')
    expect(new Set(taken).size).toBe(251)
    expect(addresses.take()).toBeUndefined()
    addresses.release('127.8.0.9')
    expect(addresses.take()).toBe('127.8.0.9')
  })

  it('claims a free address of the block', () => {
    const addresses = new Addresses('10.0.0.0/8')
    expect(addresses.claim('10.0.0.4')).toBe(true)
    expect(addresses.claim('10.0.0.4')).toBe(false)
    expect(addresses.take()).toBe('10.0.0.5')
    expect(addresses.claim('11.0.0.4')).toBe(false)
    expect(addresses.claim('10.0.0.256')).toBe(false)
  })

  it.each(['', '10.0.0.0', '10.0.0.0/7', '10.0.0.0/31', '10.0.0/8', '300.0.0.0/8', 'a/8'])(
    'refuses the block "%s"',
    (block) => {
      expect(() => new Addresses(block)).toThrow(RangeError)
    },
  )
})
