import { describe, expect, it } from 'vitest'
import { settleTransition, startTransition, type Transitional } from './transitions.ts'

type Status = 'Creating' | 'Running'

describe('a transition', () => {
  it('sets the first status now, and the next one after the given seconds', () => {
    const resource: Transitional<Status> = {}
    startTransition(resource, 'Creating', 'Running', 2, 1_000)
    expect(resource).toEqual({ Status: 'Creating', next: { status: 'Running', at: 3_000 } })
    expect(settleTransition(resource, 2_999)).toBeUndefined()
    expect(resource.Status).toBe('Creating')
    expect(settleTransition(resource, 3_000)).toEqual({ status: 'Running', at: 3_000 })
    expect(resource).toEqual({ Status: 'Running', next: undefined })
    expect(settleTransition(resource, 4_000)).toBeUndefined()
  })

  it('in 0 seconds is due at once', () => {
    const resource: Transitional<Status> = {}
    startTransition(resource, 'Creating', 'Running', 0, 1_000)
    expect(resource.Status).toBe('Creating')
    settleTransition(resource, 1_000)
    expect(resource.Status).toBe('Running')
  })

  it('that never comes keeps the first status, and cancels an earlier transition', () => {
    const resource: Transitional<Status> = {}
    startTransition(resource, 'Creating', 'Running', 1, 0)
    startTransition(resource, 'Creating', 'Running', 'never', 0)
    expect(settleTransition(resource, 1e15)).toBeUndefined()
    expect(resource.Status).toBe('Creating')
  })

  it('to GONE is reported, and leaves the status', () => {
    const resource: Transitional<Status> = {}
    startTransition(resource, 'Running', 'GONE', 1, 0)
    expect(settleTransition(resource, 1_000)).toEqual({ status: 'GONE', at: 1_000 })
    expect(resource).toEqual({ Status: 'Running', next: undefined })
  })
})
