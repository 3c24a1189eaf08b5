import { randomUUID } from 'node:crypto'
import { required } from '../gateway/param-schemas.ts'
import { type Action, action } from './action.ts'
import { invalidInstanceStatus } from './errors.ts'
import { instanceId } from './fields.ts'
import type { Instance } from './instance.ts'

export const describeInstanceEcsTerminalUrl = urlAction((instance) => ({
  EcsTerminalUrl: `wss://${instance.region}01-vncproxy-ecs.volcengine.com:443/instance/login/${randomUUID()}`,
}))

export const describeInstanceVncUrl = urlAction((instance) => ({
  VncUrl: `wss://${instance.ZoneId}01-vncproxy-ecs.volcengine.com:443/websockify/destInfoToken/${randomUUID()}`,
}))

/** The instance must be RUNNING: published for the terminal, assumed for VNC. Nothing listens at these URLs. */
function urlAction(url: (instance: Instance) => object): Action {
  return action({ InstanceId: required(instanceId) }, ({ InstanceId }, ecs, call) => {
    const instance = ecs.instances.get(InstanceId, call.region)
    if (instance.Status !== 'RUNNING') throw invalidInstanceStatus()
    return url(instance)
  })
}
