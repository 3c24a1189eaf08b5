import * as v from 'valibot'

/** The settings of the account and of the region that decide what the StoppedMode of a stopped instance reads. */
export interface Settings {
  /** If the account is not admitted to the economical mode, StopCharging is accepted, but the instance keeps charging. */
  EconomicalModeAdmitted: boolean
  /** Whether a stop without StoppedMode is economical: the account can choose that in the console. */
  EconomicalModeByDefault: boolean
  /** The types of instances that cannot stop charging. */
  NotApplicableTypes: readonly string[]
}

const defaults: Settings = {
  EconomicalModeAdmitted: true,
  EconomicalModeByDefault: false,
  NotApplicableTypes: [],
}

const flag = v.optional(v.boolean('true or false'))
const types = 'a list of instance types, e.g. ["ecs.g3i.large"]'
const schema = v.strictObject(
  {
    EconomicalModeAdmitted: flag,
    EconomicalModeByDefault: flag,
    NotApplicableTypes: v.optional(v.array(v.string(types), types)),
  },
  `settings are an object with some of ${Object.keys(defaults).join(', ')}`,
)

/**
 * Returns the settings with some of them changed. A setting that is undefined does not change.
 * @throws TypeError that names the wrong setting and what is expected
 */
export function changeSettings(changes: unknown, settings: Settings = defaults): Settings {
  const { success, output, issues } = v.safeParse(schema, changes, { abortEarly: true })
  if (!success) throw new TypeError(describeIssue(issues[0]))
  return {
    EconomicalModeAdmitted: output.EconomicalModeAdmitted ?? settings.EconomicalModeAdmitted,
    EconomicalModeByDefault: output.EconomicalModeByDefault ?? settings.EconomicalModeByDefault,
    NotApplicableTypes: output.NotApplicableTypes ?? settings.NotApplicableTypes,
  }
}

function describeIssue({ message, path }: v.BaseIssue<unknown>): string {
  const name = String(path?.[0]?.key)
  return Object.hasOwn(defaults, name) ? `the setting ${name} must be ${message}` : schema.message
}
