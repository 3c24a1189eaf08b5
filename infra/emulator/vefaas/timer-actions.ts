import * as v from 'valibot'
import { integer, stringMatching } from '../gateway/body-schemas.ts'
import { randomName } from '../gateway/random-name.ts'
import { duplicatedResource, resourceNotFound } from '../gateway/service-errors.ts'
import { type Action, action, type Vefaas } from './action.ts'
import { triggerNamesMayRepeat } from './assumptions.ts'
import { description, stringOfLength } from './fields.ts'
import { invokeWithEvent } from './invoke-function.ts'
import type { FunctionRecord, FunctionTimer } from './resources/records.ts'
import { describeTimer } from './resources/timer.ts'
import { CrontabTimer, readCrontab } from './runtime/crontab-timer.ts'
import { checkTriggerQuota } from './trigger-quota.ts'

// Limits from the veFaaS API reference, CreateTimer.
const crontab = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    try {
      readCrontab(dataset.value)
    } catch (error) {
      addIssue({ message: `it is not a valid crontab: ${(error as Error).message}` })
    }
  }),
)
const fields = {
  Payload: v.optional(stringOfLength(0, 1000)),
  Enabled: v.optional(v.boolean()),
  EnableConcurrency: v.optional(v.boolean()),
  Retries: v.optional(integer(0)),
  Description: v.optional(description),
}

export const createTimer: Action = action(
  v.object({
    FunctionId: v.string(),
    Name: stringMatching(/^[A-Za-z][A-Za-z\d-]{3,63}$/, '4 to 64 letters, digits and "-", the first one a letter'),
    Crontab: crontab,
    ...fields,
  }),
  (input, vefaas, call) => {
    const record = vefaas.functions.get(input.FunctionId, call.region)
    if (!triggerNamesMayRepeat && [...record.timers.values()].some(({ Name }) => Name === input.Name)) {
      throw duplicatedResource('timer', input.Name)
    }
    checkTriggerQuota(vefaas, record, call)
    const now = vefaas.clock.now()
    const timer: FunctionTimer = {
      Id: randomName(8),
      Name: input.Name,
      createdAt: now,
      updatedAt: now,
      Crontab: input.Crontab,
      Payload: input.Payload ?? '',
      Enabled: input.Enabled ?? true,
      EnableConcurrency: input.EnableConcurrency ?? false,
      Retries: input.Retries ?? 0,
      Description: input.Description ?? '',
      running: undefined,
    }
    record.timers.set(timer.Id, timer)
    startTimer(vefaas, record, timer)
    return describeTimer(record, timer)
  },
)

export const updateTimer: Action = action(
  v.object({ FunctionId: v.string(), Id: v.string(), Crontab: v.optional(crontab), ...fields }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    const timer = findTimer(record, input.Id)
    timer.Crontab = input.Crontab ?? timer.Crontab
    timer.Payload = input.Payload ?? timer.Payload
    timer.Enabled = input.Enabled ?? timer.Enabled
    timer.EnableConcurrency = input.EnableConcurrency ?? timer.EnableConcurrency
    timer.Retries = input.Retries ?? timer.Retries
    timer.Description = input.Description ?? timer.Description
    timer.updatedAt = vefaas.clock.now()
    timer.running?.close()
    startTimer(vefaas, record, timer)
    return describeTimer(record, timer)
  },
)

export const getTimer: Action = action(
  v.object({ FunctionId: v.string(), Id: v.string() }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    return describeTimer(record, findTimer(record, input.Id))
  },
)

export const deleteTimer: Action = action(
  v.object({ FunctionId: v.string(), Id: v.string() }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    const timer = findTimer(record, input.Id)
    timer.running?.close()
    record.timers.delete(timer.Id)
    return {}
  },
)

/** Starts a timer. It follows the real time and `timerSpeed`, not the clock of the emulator. */
function startTimer(vefaas: Vefaas, record: FunctionRecord, timer: FunctionTimer): void {
  timer.running = undefined
  if (vefaas.timerSpeed === 0) return
  const onLine = (line: string) => vefaas.onLog(record.Name, line, 'stderr')
  timer.running = new CrontabTimer({
    id: timer.Id,
    name: timer.Name,
    crontab: timer.Crontab,
    payload: timer.Payload,
    enabled: timer.Enabled,
    enableConcurrency: timer.EnableConcurrency,
    retries: timer.Retries,
    speed: vefaas.timerSpeed,
    onLine,
    call: (event) =>
      invokeWithEvent(vefaas, record.Id, event).catch((error: Error) => {
        onLine(`timer ${timer.Name}: ${error.message}`)
        return { status: 503, headers: {}, body: Buffer.alloc(0) }
      }),
  })
}

function findTimer(record: FunctionRecord, id: string): FunctionTimer {
  const timer = record.timers.get(id)
  if (!timer) throw resourceNotFound('timer', id)
  return timer
}
