import * as v from 'valibot'
import { SandboxId } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of RebootSandbox. */
export const RebootSandboxInput = v.object({ SandboxId })
