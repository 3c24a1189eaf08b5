import { ApiError } from '../gateway/errors.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import { flag, oneOf, required } from '../gateway/param-schemas.ts'
import { type Action, action, type Ecs } from './action.ts'
import { deletionProtected, dryRunOperation } from './assumptions.ts'
import { invalidChargeType, invalidInstanceStatus } from './errors.ts'
import { clientToken, dryRun, instanceId, instanceIds } from './fields.ts'
import type { Instance, Status } from './instance.ts'

interface Options {
  StoppedMode?: 'KeepCharging' | 'StopCharging' | undefined
}

/** An operation on one instance. */
interface Operation {
  from: readonly Status[]
  /** Returns a reason to refuse other than the status. */
  refuse?: (instance: Instance) => ApiError | undefined
  run: (ecs: Ecs, instance: Instance, call: ApiCall, options: Options) => void
}

const remove: Operation = {
  // Published: RUNNING and STOPPED. The cloud was seen to refuse CREATING. Assumed: ERROR can be deleted, DELETING
  // cannot.
  from: ['RUNNING', 'STOPPED', 'ERROR'],
  refuse: (instance) => {
    if (instance.InstanceChargeType === 'PrePaid') return invalidChargeType()
    return instance.DeletionProtection ? deletionProtected() : undefined
  },
  run: (ecs, instance, call) => {
    const stuck = ecs.faults.take(call.action, 'StuckDeleting')
    ecs.instances.move(instance, 'DELETING', 'GONE', stuck ? 'never' : ecs.delays.deleteSeconds)
  },
}

const start: Operation = {
  from: ['STOPPED'],
  run: (ecs, instance) => {
    instance.boots += 1
    ecs.instances.move(instance, 'STARTING', 'RUNNING', ecs.delays.startSeconds)
  },
}

const stop: Operation = {
  from: ['RUNNING'],
  run: (ecs, instance, _call, { StoppedMode = 'KeepCharging' }) => {
    instance.StoppedMode = StoppedMode
    ecs.instances.move(instance, 'STOPPING', 'STOPPED', ecs.delays.stopSeconds)
  },
}

const reboot: Operation = {
  from: ['RUNNING'],
  run: (ecs, instance) => {
    instance.boots += 1
    ecs.instances.move(instance, 'REBOOTING', 'RUNNING', ecs.delays.rebootSeconds)
  },
}

const stoppedMode = oneOf('KeepCharging', 'StopCharging')

export const deleteInstance = forInstance(remove)
export const deleteInstances = forInstances(remove)
export const startInstance = forInstance(start)
export const startInstances = forInstances(start)
export const stopInstance = forInstance(stop)
export const stopInstances = forInstances(stop)
export const rebootInstance = forInstance(reboot)
export const rebootInstances = forInstances(reboot)

function forInstance(operation: Operation): Action {
  return action(
    {
      InstanceId: required(instanceId),
      StoppedMode: stoppedMode,
      ForceStop: flag,
      DryRun: dryRun,
      ClientToken: clientToken,
    },
    (input, ecs, call) => {
      const instance = admit(operation, ecs, input.InstanceId, call)
      if (input.DryRun) throw dryRunOperation()
      operation.run(ecs, instance, call, input)
      return {}
    },
  )
}

/** If an item fails, the call still succeeds: the detail of the item has the error. */
function forInstances(operation: Operation): Action {
  return action(
    {
      InstanceIds: required(instanceIds),
      StoppedMode: stoppedMode,
      ForceStop: flag,
      ClientToken: clientToken,
    },
    (input, ecs, call) => {
      const fault = ecs.faults.take(call.action, 'FailItem')
      const OperationDetails = input.InstanceIds.map((InstanceId) => {
        try {
          if (fault && (fault.InstanceId ?? InstanceId) === InstanceId) {
            throw new ApiError(400, fault.Code, fault.Message ?? `Scripted fault: ${fault.Code}.`)
          }
          operation.run(ecs, admit(operation, ecs, InstanceId, call), call, input)
          return { InstanceId }
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          return { InstanceId, Error: { Code: error.code, Message: error.message } }
        }
      })
      return { OperationDetails }
    },
  )
}

/**
 * Returns the instance, if the operation is allowed on it.
 * @throws ApiError 404 InvalidInstance.NotFound, 400 InvalidInstanceStatus, or the result of `refuse`
 */
function admit(operation: Operation, ecs: Ecs, id: string, call: ApiCall): Instance {
  const instance = ecs.instances.get(id, call.region)
  if (!operation.from.includes(instance.Status)) throw invalidInstanceStatus()
  const refusal = operation.refuse?.(instance)
  if (refusal) throw refusal
  return instance
}
