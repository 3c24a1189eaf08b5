import * as v from 'valibot'
import { wholeSeconds } from '../../shared/handler/parameters.ts'
import { SandboxId } from '../../shared/handler/sandbox-id.ts'

/** The parameters of RenewSandbox. */
export const RenewSandboxInput = v.object({ SandboxId, LifetimeSeconds: wholeSeconds() })
