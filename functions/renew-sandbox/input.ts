import * as v from 'valibot'
import { SandboxId, wholeSeconds } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of RenewSandbox. */
export const RenewSandboxInput = v.object({ SandboxId, LifetimeSeconds: wholeSeconds() })
