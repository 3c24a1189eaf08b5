import { ApiError } from '../gateway/errors.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import { flag, oneOf, required } from '../gateway/param-schemas.ts'
import { action, type Ecs, type InputOf } from './action.ts'
import { deletionProtected, dryRunOperation, outOfStock, stoppedModeAfter } from './assumptions.ts'
import { invalidChargeType, invalidInstanceStatus } from './errors.ts'
import { clientToken, dryRun, instanceId, instanceIds } from './fields.ts'
import type { Instance, Status } from './instance.ts'

/** The parameters of operations other than the ids, ClientToken and DryRun. ForceStop changes nothing here. */
interface Options {
  StoppedMode?: 'KeepCharging' | 'StopCharging' | undefined
}

/** An operation on one instance. */
interface Operation {
  from: readonly Status[]
  /** Returns a reason to refuse other than the status. A DryRun returns it too. */
  refuse?: (ecs: Ecs, instance: Instance, call: ApiCall) => ApiError | undefined
  run: (ecs: Ecs, instance: Instance, call: ApiCall, options: Options) => void
}

const remove: Operation = {
  // Published: RUNNING and STOPPED. The cloud was seen to refuse CREATING. Assumed: ERROR can be deleted, DELETING
  // cannot.
  from: ['RUNNING', 'STOPPED', 'ERROR'],
  refuse: (_ecs, instance) => {
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
  refuse: (ecs, _instance, call) => {
    const fault = ecs.faults.take(call.action, 'NoStock')
    return fault && !fault.Left ? outOfStock() : undefined
  },
  run: (ecs, instance, call) => {
    const fails = ecs.faults.take(call.action, 'FailStarting') !== undefined
    if (!fails) instance.boots += 1
    ecs.instances.move(instance, 'STARTING', fails ? 'STOPPED' : 'RUNNING', ecs.delays.startSeconds)
  },
}

const stop: Operation = {
  from: ['RUNNING'],
  run: (ecs, instance, _call, { StoppedMode }) => {
    instance.StoppedMode = stoppedModeAfter(StoppedMode, instance, ecs.settings)
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

const oneInstance = { InstanceId: required(instanceId), DryRun: dryRun, ClientToken: clientToken }
const severalInstances = { InstanceIds: required(instanceIds), ClientToken: clientToken }
const stopFields = { StoppedMode: oneOf('KeepCharging', 'StopCharging'), ForceStop: flag }
const rebootFields = { ForceStop: flag }

export const deleteInstance = action(oneInstance, forOne(remove))
export const deleteInstances = action(severalInstances, forEach(remove))
export const startInstance = action(oneInstance, forOne(start))
export const startInstances = action(severalInstances, forEach(start))
export const stopInstance = action({ ...oneInstance, ...stopFields }, forOne(stop))
export const stopInstances = action({ ...severalInstances, ...stopFields }, forEach(stop))
export const rebootInstance = action({ ...oneInstance, ...rebootFields }, forOne(reboot))
export const rebootInstances = action({ ...severalInstances, ...rebootFields }, forEach(reboot))

function forOne(operation: Operation) {
  return (input: InputOf<typeof oneInstance> & Options, ecs: Ecs, call: ApiCall) => {
    const instance = admit(operation, ecs, input.InstanceId, call)
    if (input.DryRun) throw dryRunOperation()
    operation.run(ecs, instance, call, input)
    return {}
  }
}

/** If an item fails, the call still succeeds: the detail of the item has the error. */
function forEach(operation: Operation) {
  return (input: InputOf<typeof severalInstances> & Options, ecs: Ecs, call: ApiCall) => {
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
  }
}

/**
 * Returns the instance, if the operation is allowed on it.
 * @throws ApiError 404 InvalidInstance.NotFound, 400 InvalidInstanceStatus, or the result of `refuse`
 */
function admit(operation: Operation, ecs: Ecs, id: string, call: ApiCall): Instance {
  const instance = ecs.instances.get(id, call.region)
  if (!operation.from.includes(instance.Status)) throw invalidInstanceStatus()
  const refusal = operation.refuse?.(ecs, instance, call)
  if (refusal) throw refusal
  return instance
}
