import type { Client } from '../cloud/client.ts'

export type Verb = 'create' | 'update' | 'leave' | 'remove'

/** One thing that a deployment does, or sees that it need not do. */
export type Step = {
  verb: Verb
  /** What it is about, such as `function`. */
  resource: string
  name: string
  /** What is different, for people. Names of variables, never their values. */
  details: string[]
  /** Not there where there is nothing to do. */
  run?: (work: StepContext) => Promise<void>
}

/** Steps that may be done at the same time. */
export type Stage = Step[]

/** What steps have for their work. */
export type StepContext = {
  client: Client
  ids: Ids
  /** Says what a step waits for. */
  waiting: (what: string) => void
  /** The time between two looks at something that is being made, in milliseconds. */
  pollMs: number
}

/** The ids of what there is, by resource and name; filled by what was found and by the steps that create. */
export class Ids {
  readonly #ids = new Map<string, string>()

  set(resource: string, name: string, id: string): void {
    this.#ids.set(`${resource} ${name}`, id)
  }

  find(resource: string, name: string): string | undefined {
    return this.#ids.get(`${resource} ${name}`)
  }

  /** Throws where a step comes before the one that makes what it needs. */
  get(resource: string, name: string): string {
    const id = this.find(resource, name)
    if (id === undefined) throw new Error(`the id of ${resource} ${name} is not known yet`)
    return id
  }
}

/** What stands in the way of a deployment, found before anything was changed. One problem a line. */
export class PlanError extends Error {
  override name = 'PlanError'
}
