import type { Client } from '../cloud/client.ts'

export type Verb = 'create' | 'update' | 'leave' | 'remove'

/** One change of a deployment, or a resource that needs no change. */
export type Step = {
  verb: Verb
  /** The kind of resource, such as `function`. */
  resource: string
  name: string
  /** The differences, for people. They name variables, but never show values, which may be secrets. */
  details: string[]
  /** Absent if nothing has to be done. */
  run?: (context: StepContext) => Promise<void>
}

/** Steps that may run at the same time. */
export type Stage = Step[]

export type StepContext = {
  client: Client
  ids: Ids
  /** Reports what a step waits for. */
  waiting: (what: string) => void
  /** The interval in which a step reads a resource that changes, in milliseconds. */
  pollMs: number
}

/**
 * The ids of the existing resources, by kind and name. The plan sets those that it finds, a step those that it creates.
 */
export class Ids {
  readonly #ids = new Map<string, string>()

  set(resource: string, name: string, id: string): void {
    this.#ids.set(`${resource} ${name}`, id)
  }

  find(resource: string, name: string): string | undefined {
    return this.#ids.get(`${resource} ${name}`)
  }

  /** @throws {Error} if the resource is not created yet: the order of the steps is wrong */
  get(resource: string, name: string): string {
    const id = this.find(resource, name)
    if (id === undefined) throw new Error(`the id of ${resource} ${name} is not known yet`)
    return id
  }
}

/** The problems that prevent a deployment, one a line. Nothing has been changed. */
export class PlanError extends Error {
  override name = 'PlanError'
}
