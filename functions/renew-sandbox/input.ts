import * as v from 'valibot'
import { SandboxId, Seconds } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of RenewSandbox. */
export const RenewSandboxInput = v.object({ SandboxId, LifetimeSeconds: Seconds })
