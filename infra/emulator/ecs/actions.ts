import { type Actions, actionsByVersion } from '../gateway/service.ts'
import type { Action } from './action.ts'
import { describeInstances } from './describe-instances.ts'
import {
  deleteInstance,
  deleteInstances,
  rebootInstance,
  rebootInstances,
  startInstance,
  startInstances,
  stopInstance,
  stopInstances,
} from './lifecycle.ts'
import { modifyInstanceAttribute } from './modify-instance-attribute.ts'
import { runInstances } from './run-instances.ts'
import { describeTags, tagResources, untagResources } from './tags.ts'
import { describeInstanceEcsTerminalUrl, describeInstanceVncUrl } from './urls.ts'

/** The emulated actions of ECS. */
export const actions: Actions<Action> = actionsByVersion({
  '2020-04-01': {
    RunInstances: runInstances,
    DescribeInstances: describeInstances,
    DeleteInstance: deleteInstance,
    DeleteInstances: deleteInstances,
    StartInstance: startInstance,
    StartInstances: startInstances,
    StopInstance: stopInstance,
    StopInstances: stopInstances,
    RebootInstance: rebootInstance,
    RebootInstances: rebootInstances,
    TagResources: tagResources,
    UntagResources: untagResources,
    DescribeTags: describeTags,
    ModifyInstanceAttribute: modifyInstanceAttribute,
    DescribeInstanceECSTerminalUrl: describeInstanceEcsTerminalUrl,
    DescribeInstanceVncUrl: describeInstanceVncUrl,
  },
})
