import * as v from 'valibot'
import { SandboxId } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of StartSandbox. */
export const StartSandboxInput = v.object({ SandboxId })
