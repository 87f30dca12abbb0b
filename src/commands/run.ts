import { announced } from '../notify/announce.ts'
import { run } from '../pipeline/pipeline.ts'
import type { Io } from './io.ts'
import { runStep } from './runStep.ts'

export default (io: Io): Promise<void> => runStep(io, io.options.notify === false ? run : announced(run))
