import { timestamp } from '../gateway/envelope.ts'
import { flag, required } from '../gateway/param-schemas.ts'
import { action } from './action.ts'
import { invalidInstanceStatus } from './errors.ts'
import { clientToken, description, hostname, instanceId, instanceName, password, userData } from './fields.ts'

/** An empty Description or UserData clears it. A password takes effect at the next start, so it is not kept here. */
export const modifyInstanceAttribute = action(
  {
    InstanceId: required(instanceId),
    InstanceName: instanceName,
    Description: description,
    Hostname: hostname,
    Password: password,
    UserData: userData,
    DeletionProtection: flag,
    ClientToken: clientToken,
  },
  (input, ecs, call) => {
    const instance = ecs.instances.get(input.InstanceId, call.region)
    if (instance.Status === 'DELETING') throw invalidInstanceStatus() // an assumption: no state table is published
    instance.InstanceName = input.InstanceName ?? instance.InstanceName
    instance.Description = input.Description ?? instance.Description
    instance.Hostname = input.Hostname ?? instance.Hostname
    instance.UserData = input.UserData ?? instance.UserData
    instance.DeletionProtection = input.DeletionProtection ?? instance.DeletionProtection
    instance.UpdatedAt = timestamp(ecs.clock.now())
    return {}
  },
)
