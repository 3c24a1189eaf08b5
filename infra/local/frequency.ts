/** How often a timer fires, in words where they are simple: `every 5 minutes`. With `fast`, a minute takes a second. */
export function frequency(crontab: string, fast: boolean): string {
  const [isInterval, minutes = '1'] = /^\*(?:\/(\d+))?(?: +\*){4}$/.exec(crontab) ?? []
  if (isInterval === undefined) return `at ${crontab} UTC${fast ? ', a minute in a second' : ''}`
  const unit = fast ? 'second' : 'minute'
  return Number(minutes) === 1 ? `every ${unit}` : `every ${Number(minutes)} ${unit}s`
}
