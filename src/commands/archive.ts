import { archive } from '../pipeline/pipeline.ts'
import type { CommandInput } from './io.ts'
import { runStep } from './runStep.ts'

export default (io: CommandInput): Promise<void> => runStep(io, archive)
