import * as v from 'valibot'
import { SandboxId } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of StopSandbox. */
export const StopSandboxInput = v.object({ SandboxId })
