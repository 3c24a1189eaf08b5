import { PlanError, type Stage, type Step } from './step.ts'

/** Collects the problems of a plan, so that one error can report them all. */
export class ProblemCollector {
  readonly #problems: string[] = []

  add(problems: readonly string[]): void {
    this.#problems.push(...problems)
  }

  /** Returns what `plan` returns; undefined if it throws a PlanError. */
  attempt<Result>(plan: () => Result): Result | undefined {
    try {
      return plan()
    } catch (error) {
      if (!(error instanceof PlanError)) throw error
      this.#problems.push(error.message)
      return undefined
    }
  }

  /** Plans a step for each item. Items with a problem have none. */
  stage<Item>(items: readonly Item[], stepFor: (item: Item) => Step): Stage {
    const stage: Stage = []
    for (const item of items) {
      const step = this.attempt(() => stepFor(item))
      if (step !== undefined) stage.push(step)
    }
    return stage
  }

  /** @throws {PlanError} with all problems, if there are any */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new PlanError(this.#problems.join('\n'))
  }
}
