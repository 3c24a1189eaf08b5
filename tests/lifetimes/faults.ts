import fc from 'fast-check'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'

const ACTIONS = [
  'DescribeInstances',
  'RunInstances',
  'DeleteInstance',
  'DeleteInstances',
  'StopInstance',
  'StopInstances',
  'StartInstance',
  'RebootInstance',
  'TagResources',
  'UntagResources',
]

const onTheWay: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { Kind: 'CutAfter' },
  { Kind: 'CutBefore' },
  { Kind: 'Truncate' },
  { Kind: 'Html' },
  { Kind: 'Html', AfterWork: true },
  { Kind: 'Empty', AfterWork: true },
  { Kind: 'NotJson', AfterWork: true },
  { Kind: 'Throttle' },
  { Kind: 'Throttle', RetryAfterSeconds: 2 },
  { Kind: 'Error', Status: 500, Code: 'InternalError' },
  { Kind: 'Error', Status: 500, Code: 'InternalError', AfterWork: true },
)

const ofEcs: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { Kind: 'HideNew', Seconds: 2 },
  { Kind: 'HideNew', Seconds: 25 },
  { Kind: 'StuckCreating' },
  { Kind: 'FailCreating' },
  { Kind: 'StuckDeleting' },
  { Kind: 'NoStock' },
  { Kind: 'FailStarting' },
  { Kind: 'NoQuota' },
  { Kind: 'FailItem', Action: 'DeleteInstances', Code: 'InternalError' },
  { Kind: 'FailItem', Action: 'DeleteInstances', Code: 'InvalidInstanceStatus' },
  { Kind: 'FailItem', Action: 'StopInstances', Code: 'InternalError' },
  { Kind: 'FailItem', Action: 'StopInstances', Code: 'InvalidInstanceStatus' },
)

/** A fault of the cloud that strikes some calls of one action, or of any. */
export const fault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        onTheWay,
        fc.option(fc.constantFrom(...ACTIONS), { nil: undefined }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(2),
      )
      .map(([fault, Action, Times, Skip]): Fault => ({ ...fault, ...(Action && { Action }), Times, Skip })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(ofEcs, fc.integer({ min: 1, max: 2 })).map(([fault, Times]): Fault => ({ ...fault, Times })),
  },
)
