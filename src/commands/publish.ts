import { publish } from '../pipeline/pipeline.ts'
import type { Io } from './io.ts'
import { runStep } from './runStep.ts'

export default (io: Io): Promise<void> => runStep(io, publish)
