import { describe, expect, test } from 'vitest'
import { CloudError } from '../cloud/cloud-error.ts'
import { createOnce } from './create-once.ts'
import { Ids, type StepContext } from './step.ts'

const work: StepContext = {
  client: { call: () => Promise.reject(new Error('not used')), upload: () => Promise.reject(new Error('not used')) },
  ids: new Ids(),
  waiting: () => {},
  pollMs: 1,
}
const lost = new CloudError('CreateX', 'no answer')
const taken = new CloudError('CreateX', 'taken', { status: 409, code: 'DuplicatedResource' })
const refused = new CloudError('CreateX', 'no', { status: 403, code: 'AccessDenied' })

describe('a resource that must not exist twice', () => {
  type Answer = string | CloudError

  test.each<[what: string, creates: Answer[], finds: string[][], outcome: object, left: [number, number]]>([
    ['is created', ['a'], [], { id: 'a', isNew: true }, [0, 0]],
    ['is found after a lost answer', [lost], [['a']], { id: 'a', isNew: false }, [0, 0]],
    ['is created again when it is not found', [lost, 'b'], [[]], { id: 'b', isNew: true }, [0, 0]],
    [
      'is looked for again if it becomes visible late',
      [lost, taken, taken],
      [[], [], ['a']],
      { id: 'a', isNew: false },
      [0, 0],
    ],
    ['is given up in the end', [lost, lost, lost, 'd'], [[], [], [], ['d']], lost, [1, 1]],
    ['is ours when another deployment was faster', [taken], [['a']], { id: 'a', isNew: false }, [0, 0]],
    ['is of somebody else when its name is taken', [taken, 'b'], [[], ['b']], taken, [1, 1]],
    ['is not looked for when it is refused', [refused, 'b'], [['b']], refused, [1, 1]],
    ['is the same one of two for everybody', [lost], [['c', 'a', 'b']], { id: 'a', isNew: false }, [0, 0]],
  ])('%s', async (_what, creates, finds, outcome, left) => {
    const create = async () => {
      const answer = creates.shift() as Answer
      if (typeof answer === 'string') return answer
      throw answer
    }
    const find = async () => finds.shift() as string[]
    expect(await createOnce(work, { create, find }).catch((error: unknown) => error)).toEqual(outcome)
    expect([creates.length, finds.length]).toEqual(left)
  })

  test.each<[what: string, found: string[], kept: object, removed: string[]]>([
    ['no other', ['b'], { id: 'b', isNew: true }, []],
    ['one that was made before', ['b', 'a'], { id: 'a', isNew: false }, ['b']],
    ['one that goes', ['c', 'b'], { id: 'b', isNew: true }, ['c']],
    ['nothing to be seen yet', [], { id: 'b', isNew: true }, []],
  ])('although the cloud allows it: %s', async (_what, found, kept, removed) => {
    const gone: string[] = []
    const remove = async (id: string) => {
      gone.push(id)
      throw new CloudError('DeleteX', 'gone already', { status: 404, code: 'ResourceNotFound' })
    }
    expect(await createOnce(work, { create: async () => 'b', find: async () => found, remove })).toEqual(kept)
    expect(gone).toEqual(removed)
  })
})
