import * as v from 'valibot'
import { SandboxId, Seconds } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of RenewSandbox. */
export const RenewSandboxInput = v.object({
  SandboxId,
  LifetimeSeconds: v.pipe(
    Seconds,
    v.metadata({
      description:
        'Time from now to the end of the sandbox, which is at most `lifetime.max_seconds` after its creation. 0 means no end, if the operator allows that.',
    }),
  ),
})
