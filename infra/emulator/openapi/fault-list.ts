import { type FaultRules, type FaultScope, type FieldRule, wholeNumber } from './faults.ts'

/** A fault in force. `Times` counts down as it is used; a used-up fault is gone. */
export type ActiveFault<F> = F & { Id: string }

/** The faults in force, oldest first. */
export class FaultList<F extends FaultScope & { Kind: string }> {
  readonly #rules: Readonly<Record<string, Record<string, FieldRule>>>
  readonly #actions: ReadonlySet<string>
  #faults: ActiveFault<F>[] = []
  #lastId = 0

  constructor(rules: FaultRules<F>, actions: Iterable<string>) {
    this.#rules = rules as Record<string, Record<string, FieldRule>>
    this.#actions = new Set(actions)
  }

  /**
   * Puts faults in force, all of them or none.
   * @throws TypeError which names the field, what is wrong with it and what would be right
   */
  add(...faults: F[]): ActiveFault<F>[] {
    return this.addUnchecked(faults)
  }

  /** The same for unchecked values. */
  addUnchecked(values: readonly unknown[]): ActiveFault<F>[] {
    const faults = values.map((value) => this.#check(value))
    const added = faults.map((fault) => {
      this.#lastId += 1
      return { ...fault, Id: `fault-${this.#lastId}` }
    })
    this.#faults.push(...added)
    return added
  }

  list(): ActiveFault<F>[] {
    return this.#faults.map((fault) => ({ ...fault }))
  }

  /** Whether there was such a fault. */
  remove(id: string): boolean {
    const before = this.#faults.length
    this.#faults = this.#faults.filter((fault) => fault.Id !== id)
    return this.#faults.length < before
  }

  clear(): void {
    this.#faults = []
  }

  /** The oldest fault of these kinds that applies to this call, if any. This uses up one of its times. */
  take<K extends F['Kind']>(action: string, ...kinds: K[]): Extract<F, { Kind: K }> | undefined {
    return this.takeWhere(({ Action = action }) => Action === action, ...kinds)
  }

  /** The same for a request that is no call of an action: the oldest fault of these kinds that `applies`. */
  takeWhere<K extends F['Kind']>(
    applies: (fault: Extract<F, { Kind: K }>) => boolean,
    ...kinds: K[]
  ): Extract<F, { Kind: K }> | undefined {
    if (this.#faults.length === 0) return undefined
    for (const fault of this.#faults) {
      if (!kinds.includes(fault.Kind as K) || !applies(fault as unknown as Extract<F, { Kind: K }>)) continue
      if (fault.Skip) {
        fault.Skip -= 1
        continue
      }
      if (fault.Times !== undefined) {
        fault.Times -= 1
        if (fault.Times === 0) this.remove(fault.Id)
      }
      return fault as unknown as Extract<F, { Kind: K }>
    }
    return undefined
  }

  #check(fault: unknown): F {
    if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) {
      throw new TypeError('a fault is an object like {"Kind":"Throttle","Times":2}')
    }
    const { Kind, ...fields } = fault as Record<string, unknown>
    if (typeof Kind !== 'string' || !Object.hasOwn(this.#rules, Kind)) {
      throw new TypeError(`Kind is ${JSON.stringify(Kind)}, not one of ${Object.keys(this.#rules).join(', ')}`)
    }
    const own = this.#rules[Kind]
    const rules: Record<string, FieldRule> = {
      Action: { is: `one of ${[...this.#actions].join(', ')}`, test: (value) => this.#actions.has(value as string) },
      Times: wholeNumber(1, 1e9),
      Skip: wholeNumber(0, 1e9),
      ...own,
    }
    for (const [name, value] of Object.entries(fields)) {
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
      if (!rule) throw new TypeError(`${Kind} has no field ${name}; it may have ${possible(rules).join(', ')}`)
      if (value !== undefined && !rule.test(value)) {
        throw new TypeError(`${name} of ${Kind} is ${JSON.stringify(value)}, not ${rule.is}`)
      }
    }
    const missing = Object.keys(rules).find((name) => rules[name]?.required && fields[name] === undefined)
    if (missing) throw new TypeError(`${Kind} needs ${missing}: ${rules[missing]?.is}`)
    return fault as F
  }
}

function possible(rules: Readonly<Record<string, FieldRule>>): string[] {
  return Object.keys(rules).filter((name) => !rules[name]?.isAbsent)
}
