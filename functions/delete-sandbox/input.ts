import * as v from 'valibot'
import { SandboxId } from '../../shared/handler/parameters.ts'

/** The parameters of DeleteSandbox. */
export const DeleteSandboxInput = v.object({ SandboxId })
