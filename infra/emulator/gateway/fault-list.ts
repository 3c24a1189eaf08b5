import * as v from 'valibot'
import type { FaultScope } from './faults.ts'

type AnyFault = FaultScope & { Kind: string }

/** A fault in force. Each use decrements `Times`; at 0 the fault is removed. */
export type ActiveFault<F> = F & { Id: string }

/** The faults in force, oldest first. */
export class FaultList<F extends AnyFault> {
  readonly #schema: v.GenericSchema<unknown, F>
  readonly #actions: ReadonlySet<string>
  #faults: ActiveFault<F>[] = []
  #lastId = 0

  constructor(schema: v.GenericSchema<unknown, F>, actions: Iterable<string>) {
    this.#schema = schema
    this.#actions = new Set(actions)
  }

  /**
   * Puts faults in force, all of them or none.
   * @throws TypeError that names all wrong fields and what is expected
   */
  add(...faults: F[]): ActiveFault<F>[] {
    return this.addUnchecked(faults)
  }

  /** The same for unchecked values. */
  addUnchecked(values: readonly unknown[]): ActiveFault<F>[] {
    const problems: string[] = []
    for (const [index, value] of values.entries()) {
      const found = this.#problemsOf(value)
      const place = values.length > 1 ? `fault ${index + 1}: ` : ''
      if (found.length > 0) problems.push(place + found.join('. '))
    }
    if (problems.length > 0) throw new TypeError(problems.join('. '))
    const added = values.map((value) => {
      this.#lastId += 1
      return { ...v.parse(this.#schema, value), Id: `fault-${this.#lastId}` }
    })
    this.#faults.push(...added)
    return added
  }

  list(): ActiveFault<F>[] {
    return this.#faults.map((fault) => ({ ...fault }))
  }

  /** Returns whether a fault with this id was in force. */
  remove(id: string): boolean {
    const before = this.#faults.length
    this.#faults = this.#faults.filter((fault) => fault.Id !== id)
    return this.#faults.length < before
  }

  clear(): void {
    this.#faults = []
  }

  /** Returns the oldest fault of these kinds that matches a call of this action, and uses up one of its times. */
  take<K extends F['Kind']>(action: string, ...kinds: K[]): Extract<F, { Kind: K }> | undefined {
    return this.takeWhere(({ Action = action }) => Action === action, ...kinds)
  }

  /** The same for a request that does not call an action: the oldest fault of these kinds that `matches`. */
  takeWhere<K extends F['Kind']>(
    matches: (fault: Extract<F, { Kind: K }>) => boolean,
    ...kinds: K[]
  ): Extract<F, { Kind: K }> | undefined {
    for (const fault of this.#faults) {
      if (!isOfKind<F, K>(fault, kinds) || !matches(fault)) continue
      if (fault.Skip) {
        fault.Skip -= 1
        continue
      }
      if (fault.Times !== undefined) {
        fault.Times -= 1
        if (fault.Times === 0) this.remove(fault.Id)
      }
      return fault
    }
    return undefined
  }

  #problemsOf(value: unknown): string[] {
    // One problem a field is enough.
    const { issues = [] } = v.safeParse(this.#schema, value, { abortPipeEarly: true })
    const problems = issues.map(describeIssue)
    const { Kind, Action } = (value ?? {}) as { Kind?: unknown; Action?: unknown }
    const isReported = issues.some(({ type, path }) => type === 'variant' || path?.[0].key === 'Action')
    if (!isReported && Action !== undefined && !this.#actions.has(Action as string)) {
      problems.push(`Action of ${Kind} must be one of ${[...this.#actions].join(', ')}`)
    }
    return problems
  }
}

function isOfKind<F extends AnyFault, K extends F['Kind']>(
  fault: F,
  kinds: readonly string[],
): fault is Extract<F, { Kind: K }> {
  return kinds.includes(fault.Kind)
}

function describeIssue({ type, message, path }: v.BaseIssue<unknown>): string {
  // The message of a whole fault is a sentence. The message of a field only says what is expected.
  if (type === 'variant' || type === 'strict_object' || !path) return message
  const [{ key, input }] = path
  return `${key} of ${(input as AnyFault).Kind} must be ${message}`
}
