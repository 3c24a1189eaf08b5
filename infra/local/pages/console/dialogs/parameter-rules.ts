/** The parameters of CreateSandbox that are texts in the form. */
export type TextParameter = 'InstanceName' | 'InstanceType' | 'ImageId' | 'ZoneId' | 'TagKey' | 'TagValue'

/** The values that the API accepts, so that the form can check them without a call. */
export const PARAMETER_RULES: Record<TextParameter, RegExp> = {
  InstanceName: /^[\p{L}\p{N}_.-]{1,120}$/u,
  InstanceType: /^[a-z0-9]+(\.[a-z0-9]+)+$/,
  ImageId: /^image-[\w-]{1,60}$/,
  ZoneId: /^[a-z0-9-]{3,40}$/,
  TagKey:
    /^(?![Vv][Oo][Ll][Cc]:|[Ss][Yy][Ss]:|[Ee][Cc][Ss]-[Mm][Aa][Nn][Aa][Gg][Ee][Rr]:)[\p{L}\p{N} _.:/=+@-]{1,128}$/u,
  TagValue: /^[\p{L}\p{N} _.:/=+@-]{1,256}$/u,
}

export type TextValues = Record<TextParameter, string>

/** Returns the values that are not empty, without the spaces around them. */
export function givenValues(values: TextValues): Partial<TextValues> {
  const trimmed = Object.entries(values).map(([name, value]) => [name, value.trim()])
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ''))
}

/** Returns the parameters whose values the API would refuse. A tag needs its key and its value. */
export function wrongParameters(values: TextValues): TextParameter[] {
  const given = givenValues(values)
  const names = Object.keys(PARAMETER_RULES) as TextParameter[]
  return names.filter((name) => {
    const value = given[name]
    if (value !== undefined) return !PARAMETER_RULES[name].test(value)
    if (name === 'TagKey') return given.TagValue !== undefined
    return name === 'TagValue' && given.TagKey !== undefined
  })
}
