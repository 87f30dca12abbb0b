import { archive } from '../pipeline/pipeline.ts'
import type { CommandInput } from './io.ts'
import { requiringSnapshot, runStep } from './runStep.ts'

export default (io: CommandInput): Promise<void> => runStep(io, requiringSnapshot(archive), 'archive')
