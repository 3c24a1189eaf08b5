import { vefaas } from '../support/events.ts'
import { act } from './requests.ts'
import { createdAt, isStopped, STOPPED_BY_TAG, toUtc } from './truth.ts'
import type { World } from './world.ts'

const QUICK = { legs: [0] }

/** What DescribeSandboxes shows is what there is, each with the end that its callers know. */
export async function checkListing(world: World): Promise<void> {
  const given = { action: 'DescribeSandboxes', parameters: {}, fortune: QUICK, carry: vefaas } as const
  const { answer } = await world.undisturbed(() => act(world, given))
  const shown = Array.isArray(answer?.body?.Result) ? answer.body.Result : []
  const texts = shown.map(({ SandboxId, Status, CreatedAt, ExpireAt, StoppedBy, StoppedMode }) =>
    [SandboxId, Status, CreatedAt, ExpireAt, StoppedBy, StoppedMode].join(' '),
  )
  const wanted = world.visible().map((one) => {
    const stoppedBy = isStopped(one) ? one.Tags.get(STOPPED_BY_TAG) : undefined
    const stoppedMode = one.Status === 'STOPPED' ? one.StoppedMode : undefined
    const times = [toUtc(createdAt(one)), toUtc(world.endOf(one))]
    return [one.InstanceId, one.Status, ...times, stoppedBy, stoppedMode].join(' ')
  })
  const isSame = texts.sort().join('\n') === wanted.sort().join('\n')
  world.check(isSame, () => `DescribeSandboxes shows\n${texts.join('\n')}\nand there are\n${wanted.join('\n')}`)
}
