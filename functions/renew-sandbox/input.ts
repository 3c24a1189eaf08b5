import * as v from 'valibot'
import { SandboxId, wholeSeconds } from '../../shared/handler/parameters.ts'

/** The parameters of RenewSandbox. */
export const RenewSandboxInput = v.object({ SandboxId, LifetimeSeconds: wholeSeconds() })
