import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../tests/support/any-text.ts'
import { ActionError } from './errors.ts'
import { type Level, type LogEntry, type LogSettings, redact, startLog } from './log.ts'

function started(settings: Partial<LogSettings> = {}) {
  const lines: string[] = []
  const log = startLog({ level: 'info', format: 'json', secrets: [], ...settings }, (line) => lines.push(line))
  return { log, lines }
}

const outcome = (more: Partial<LogEntry> = {}): LogEntry => ({
  requestId: 'request-1',
  action: 'CreateSandbox',
  caller: 'planner',
  status: 200,
  code: undefined,
  milliseconds: 12,
  cold: false,
  error: undefined,
  ...more,
})

const call = {
  action: 'RunInstances',
  requestId: '20261123-cloud',
  tries: 2,
  milliseconds: 310,
  status: 200,
  error: undefined,
}

test('the first 50 calls to the cloud are in a line, and the number of the others', () => {
  for (const format of ['json', 'text'] as const) {
    const { log, lines } = started({ format })
    for (let count = 0; count < 100_000; count += 1) log.cloud(call)
    log.end(outcome())
    expect(lines[0]?.length).toBeLessThan(10_000)
    expect(lines[0]?.match(/RunInstances/g)).toHaveLength(50)
    expect(lines[0]).toMatch(format === 'json' ? /"moreCloudCalls":99950/ : /and 99950 more calls to the cloud/)
  }
})

test('the first 50 notes are in a line, cut, and the number of the others', () => {
  const { log, lines } = started({ secrets: ['fake-secret-1'] })
  for (let count = 0; count < 10_000; count += 1) log.note(`${'x'.repeat(1_995)}fake-secret-1`)
  log.end(outcome())
  const { notes, moreNotes } = JSON.parse(lines[0] ?? '')
  expect([notes.length, moreNotes]).toEqual([50, 9_950])
  expect(notes[0]).toBe(`${'x'.repeat(1_995)}[reda`)
})

describe('redact', () => {
  test.each([
    ['as it is', 'key fake-secret-1!', 'key [redacted]!', 'fake-secret-1'],
    ['more than once', 'abcd abcd', '[redacted] [redacted]', 'abcd'],
    ['as JSON writes it', JSON.stringify('fa"ke\\sec\nret'), '"[redacted]"', 'fa"ke\\sec\nret'],
    ['as a URL writes it', '?key=fake%20%26%20secret%2Fa', '?key=[redacted]', 'fake & secret/a'],
    ['beyond ASCII, as it is', 'pässwörd 密码', '[redacted]', 'pässwörd 密码'],
    ['beyond ASCII, as a URL writes it', encodeURIComponent('pässwörd'), '[redacted]', 'pässwörd'],
    ['with characters special to patterns', 'a.c*d$& (x|y) abcd', '[redacted] abcd', 'a.c*d$& (x|y)'],
    ['with half a surrogate pair', 'x \ud83d-secret x', 'x [redacted] x', '\ud83d-secret'],
    ['of four characters', 'abcde', '[redacted]e', 'abcd'],
  ])('replaces a secret %s', (_, text, expected, secret) => {
    expect(redact(text, [secret])).toBe(expected)
  })

  test.each(['', 'a', 'abc'])('leaves a secret of fewer than four characters alone (%j)', (secret) => {
    expect(redact('abc of the alphabet', [secret])).toBe('abc of the alphabet')
  })

  test('leaves no whole secret in any text, in none of its forms, whatever the secret', () => {
    const secret = anyText({ minLength: 4, maxLength: 40 })
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        const forms = [hidden, JSON.stringify(hidden).slice(1, -1), encodeURIComponent(hidden)]
        for (const form of forms) {
          const redacted = redact(`${before}${form}${after}`, [hidden])
          // The mark itself may hold a secret such as "acte".
          expect(redacted.replaceAll('[redacted]', '')).not.toBe(`${before}${form}${after}`)
          if (!'[redacted]'.includes(hidden)) expect(redacted.split('[redacted]').join('\0')).not.toContain(form)
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('of two secrets, one inside the other, nothing is left', () => {
  expect(redact('key abcd-efgh-ijkl.', ['abcd-efgh', 'abcd-efgh-ijkl'])).toBe('key [redacted].')
})

test.each(['Fake-Pass!word(1)*', "Fake'Pass~1 x"])('%s is found as the Signer and as a form write it', (secret) => {
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  const strict = encodeURIComponent(secret).replace(/[!'()*]/g, percent)
  const form = new URLSearchParams({ x: secret }).toString().slice(2)
  expect(redact(`?a=${strict}&b=${form}.`, [secret])).toBe('?a=[redacted]&b=[redacted].')
})

describe('the line of an invocation', () => {
  test('is one JSON object with everything that happened', () => {
    const { log, lines } = started()
    log.cloud(call)
    log.cloud({ ...call, action: 'DescribeInstances', status: undefined, error: 'timeout' })
    log.note('security.keys is empty')
    log.end(outcome({ status: 504, code: 'UpstreamTimeout', error: new Error('no answer') }))
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('\n')
    const line = JSON.parse(lines[0] ?? '')
    expect(line).toMatchObject({
      level: 'error',
      requestId: 'request-1',
      action: 'CreateSandbox',
      caller: 'planner',
      status: 504,
      code: 'UpstreamTimeout',
      milliseconds: 12,
      cold: false,
      notes: ['security.keys is empty'],
      cloud: [
        { action: 'RunInstances', requestId: '20261123-cloud', tries: 2, milliseconds: 310, status: 200 },
        { action: 'DescribeInstances', error: 'timeout' },
      ],
    })
    expect(line.error).toContain('no answer')
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test('holds a failure with all of its causes', () => {
    const { log, lines } = started()
    const root = new Error('the socket broke')
    const cause = new Error('no answer', { cause: root })
    log.end(outcome({ status: 503, error: new ActionError(503, 'ServiceUnavailable', 'The cloud failed.', { cause }) }))
    for (const words of ['The cloud failed.', 'no answer', 'the socket broke']) expect(lines[0]).toContain(words)
  })

  test.each<[Level, number, boolean, boolean]>([
    ['info', 200, false, true],
    ['warn', 200, false, false],
    ['warn', 200, true, true],
    ['warn', 399, false, false],
    ['warn', 400, false, true],
    ['warn', 499, false, true],
    ['error', 200, true, false],
    ['error', 499, true, false],
    ['error', 500, false, true],
  ])('at log.level %s, status %i, with a note: %s; is written: %s', (level, status, noted, written) => {
    const { log, lines } = started({ level })
    if (noted) log.note('something to look at')
    log.end(outcome({ status }))
    expect(lines.length > 0).toBe(written)
  })

  test.each([
    [200, 'info'],
    [204, 'info'],
    [400, 'warn'],
    [429, 'warn'],
    [500, 'error'],
    [504, 'error'],
  ])('of status %i has level %s', (status, level) => {
    const { log, lines } = started({ level: 'info' })
    log.end(outcome({ status }))
    expect(JSON.parse(lines[0] ?? '').level).toBe(level)
  })

  test('does not take longer with the square of what a stranger sends as a key', () => {
    const { log, lines } = started()
    log.secret(`a${' '.repeat(800_000)}b`)
    const before = performance.now()
    log.end(outcome({ status: 401, error: new Error('The key is wrong.') }))
    // Some 40 milliseconds, also on a busy machine less than a minute; a pattern that tracks back takes several minutes.
    expect(performance.now() - before).toBeLessThan(60_000)
    expect(lines).toHaveLength(1)
  })

  test('as text, does not let a stranger steer the terminal', () => {
    const { log, lines } = started({ format: 'text' })
    log.note('the agent said \u001b[2J\u001b]0;title\u0007\u009b31m\rroot#')
    log.end(outcome({ status: 503, error: new Error('the cloud said \u001b[1m') }))
    expect(lines[0]).toContain('the agent said ?[2J')
    expect(lines[0]).toMatch(/^[^\p{Cc}]*(\n {2}[^\p{Cc}]*)*$/u)
  })

  test('as text, does not let a note look like another entry', () => {
    const { log, lines } = started({ format: 'text' })
    log.note('done\n12:00:00.000 DeleteSandbox 200 1 ms', 'info')
    log.end(outcome())
    expect(lines[0]?.split('\n').slice(1)).toEqual(['  done 12:00:00.000 DeleteSandbox 200 1 ms'])
  })

  test.each<[number, Level | undefined, Level]>([
    [200, 'info', 'info'],
    [200, undefined, 'warn'],
    [200, 'error', 'error'],
    [400, 'info', 'warn'],
    [400, 'error', 'error'],
    [503, 'info', 'error'],
  ])('with status %i and a note of level %s is of level %s', (status, level, expected) => {
    const { log, lines } = started()
    log.note('a remark', level)
    log.end(outcome({ status }))
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: expected, notes: ['a remark'] })
  })

  test.each(['json', 'text'] as const)('as %s, names the sandbox and what was done', (format) => {
    const { log, lines } = started({ format })
    log.end(outcome({ sandboxId: 'i-a', result: { Deleted: 7 } }))
    expect(lines[0]).toContain(format === 'json' ? '"sandboxId":"i-a"' : ' 200 i-a 12 ms')
    expect(lines[0]).toContain('{"Deleted":7}')
  })

  test('as text, tells people the same', () => {
    const { log, lines } = started({ format: 'text' })
    log.cloud(call)
    log.note('a remark')
    log.end(outcome({ status: 502, code: 'InvalidSubnet.NotFound', cold: true, error: new Error('refused') }))
    expect(lines).toHaveLength(1)
    const [head, ...rest] = (lines[0] ?? '').split('\n')
    for (const word of ['CreateSandbox', '502', 'InvalidSubnet.NotFound', '12 ms', 'planner', 'request-1']) {
      expect(head).toContain(word)
    }
    for (const word of ['RunInstances', '310 ms', 'a remark', 'refused']) expect(rest.join('\n')).toContain(word)
    for (const line of rest) expect(line).toMatch(/^\s/)
  })

  test('goes to standard output unless told otherwise, and nothing else does', () => {
    const { write } = process.stdout
    const lines: unknown[] = []
    process.stdout.write = (line: unknown) => lines.push(line) > 0
    try {
      startLog({ level: 'info', format: 'json', secrets: [] }).end(outcome())
    } finally {
      process.stdout.write = write
    }
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\{.*\}\n$/)
  })
})

describe.each(['json', 'text'] as const)('secrets in %s lines', (format) => {
  const secret = 'Fake-Secret-1'
  const everywhere = (log: ReturnType<typeof startLog>) => {
    log.cloud({ ...call, error: `Refused.${secret}` })
    log.note(`note ${secret}`)
    const cause = new Error(`cause ?key=${encodeURIComponent(secret)}`)
    log.end(outcome({ status: 500, error: Object.assign(new Error(secret, { cause }), { secret }) }))
  }

  test('of the configuration never show', () => {
    const { log, lines } = started({ format, secrets: ['', secret] })
    everywhere(log)
    expect(lines[0]).toContain('[redacted]')
    expect(lines[0]).not.toContain(secret)
  })

  test('met on the way never show, not even in what was said before they were known', () => {
    const { log, lines } = started({ format })
    log.note(`before ${secret}`)
    log.secret(undefined)
    log.secret(secret)
    everywhere(log)
    expect(lines[0]).toContain('before [redacted]')
    expect(lines[0]).not.toContain(secret)
  })

  test('of one invocation do not pass to the next', () => {
    const first = started({ format })
    first.log.secret('CreateSandbox')
    const second = started({ format })
    second.log.end(outcome())
    expect(second.lines[0]).toContain('CreateSandbox')
  })

  test('of a configured key, in quotes and with line ends, are found in a failure', () => {
    const odd = 'fake "quoted"\nanother \\ line'
    const { log, lines } = started({ format, secrets: [odd] })
    log.end(outcome({ status: 500, error: new Error(`said ${odd}`) }))
    expect(lines[0]).not.toContain('quoted')
    expect(lines[0]).not.toContain('another')
  })
})

test.each([',"cloud":', '"status":401', 'requestId', 'DeleteSandbox', 'request-1', ':401,', '2026'])(
  'a stranger cannot take anything of ours out of the line with a key called %s',
  (key) => {
    const { log, lines } = started()
    log.secret(key)
    log.end(outcome({ status: 401, action: 'DeleteSandbox', code: 'InvalidAccessKey' }))
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      time: expect.stringMatching(/^\d{4}-/),
      requestId: 'request-1',
      action: 'DeleteSandbox',
      status: 401,
      code: 'InvalidAccessKey',
      cloud: [],
    })
  },
)

test.each(['json', 'text'] as const)('%s lines hide a secret with spaces and line ends in it', (format) => {
  const secret = 'runcmd:\n  - echo  fake-secret'
  const { log, lines } = started({ format, secrets: [secret] })
  log.note(`the cloud said ${secret}`)
  log.end(outcome({ status: 500, error: new Error(`refused ${secret}`) }))
  expect(lines.join()).not.toContain('fake-secret')
})

test('a secret of several lines is hidden in causes and in details, too', () => {
  const secret = '#cloud-config\nchpasswd: fake-secret-line'
  const { log, lines } = started({ secrets: [secret] })
  const cause = new Error(`said ${secret}`)
  log.end(outcome({ status: 500, error: Object.assign(new Error('x', { cause }), { said: secret }) }))
  expect(lines[0]).not.toContain('fake-secret-line')
})

test('an answer can be redacted with the same secrets', () => {
  const { log } = started({ secrets: ['fake-configured'] })
  log.secret('fake-presented')
  expect(log.redact('fake-configured and fake-presented')).toBe('[redacted] and [redacted]')
})
