import * as v from 'valibot'
import { SandboxId } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of DeleteSandbox. */
export const DeleteSandboxInput = v.object({ SandboxId })
