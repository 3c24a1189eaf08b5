import { beforeEach, describe, expect, it } from 'vitest'
import { Clock } from './clock.ts'
import { ApiError } from './errors.ts'
import { type Resource, ResourceTable } from './resource-table.ts'

interface Machine extends Resource<'Creating' | 'Running' | 'Deleting'> {
  Id: string
}

const clock = new Clock()
const events: string[] = []
const table = new ResourceTable<Machine>({
  clock,
  idOf: ({ Id }) => Id,
  notFound: (id) => new ApiError(404, 'NotFound', `no ${id}`),
  onChange: ({ Id, Status }) => events.push(`${Id} ${Status}`),
  onRemove: ({ Id }) => events.push(`${Id} removed`),
})
const put = (Id: string, fields: Partial<Machine> = {}) => {
  const machine: Machine = { Id, region: 'here', ...fields }
  table.put(machine)
  return machine
}
const ids = (machines: readonly Machine[]) => machines.map(({ Id }) => Id)

beforeEach(() => {
  table.clear()
  clock.reset()
  events.length = 0
})

describe('the resources of a table', () => {
  it('are found in their region, oldest first', () => {
    const b = put('b')
    put('a', { region: 'there' })
    put('c')
    expect(table.size).toBe(3)
    expect(ids(table.all())).toEqual(['b', 'a', 'c'])
    expect(ids(table.in('here'))).toEqual(['b', 'c'])
    expect(table.get('b', 'here')).toBe(b)
    expect(table.find('b', 'there')).toBeUndefined()
    expect(table.findInAnyRegion('a')?.region).toBe('there')
    expect(() => table.get('b', 'there')).toThrow('no b')
  })

  it('are listed from the time on that they say', () => {
    put('a', { hiddenUntil: clock.now() + 60_000 })
    put('b')
    expect(ids(table.listed('here'))).toEqual(['b'])
    clock.advance(60)
    expect(ids(table.listed('here'))).toEqual(['a', 'b'])
  })

  it('are replaced by id, and removed once', () => {
    put('a')
    const second = put('a')
    expect(table.all()).toEqual([second])
    table.remove(second)
    table.remove(second)
    expect(events).toEqual(['a removed'])
  })
})

describe('the statuses of a table', () => {
  it('change when they are due and the table is settled', () => {
    const [slow, quick, stuck] = [put('slow'), put('quick'), put('stuck')]
    table.move(slow, 'Creating', 'Running', 20)
    table.move(quick, 'Creating', 'Running', 10)
    table.move(stuck, 'Creating', 'Running', 'never')
    events.length = 0
    table.settle()
    expect(events).toEqual([])
    clock.advance(10)
    expect(quick.Status).toBe('Creating')
    table.settle()
    expect(events).toEqual(['quick Running'])
    clock.advance(10)
    table.settle()
    expect(events).toEqual(['quick Running', 'slow Running'])
    clock.advance(1e6)
    table.settle()
    expect(stuck.Status).toBe('Creating')
  })

  it('follow the latest move only', () => {
    const machine = put('a')
    table.move(machine, 'Creating', 'Running', 10)
    table.move(machine, 'Deleting', 'GONE', 20)
    clock.advance(10)
    table.settle()
    expect(machine.Status).toBe('Deleting')
    clock.advance(10)
    table.settle()
    expect(table.all()).toEqual([])
    expect(events).toEqual(['a Creating', 'a Deleting', 'a removed'])
  })

  it('are forgotten when the table is cleared', () => {
    table.move(put('a'), 'Creating', 'Running', 10)
    table.clear()
    const same = put('a')
    clock.advance(10)
    table.settle()
    expect(same.Status).toBeUndefined()
  })
})
