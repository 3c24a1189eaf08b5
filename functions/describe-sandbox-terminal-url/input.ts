import * as v from 'valibot'
import { SandboxId } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of DescribeSandboxTerminalUrl. */
export const DescribeSandboxTerminalUrlInput = v.object({ SandboxId })
