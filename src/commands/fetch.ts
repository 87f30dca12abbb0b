import { fetch } from '../pipeline/pipeline.ts'
import type { CommandInput } from './io.ts'
import { reportingUnscheduled, runStep } from './runStep.ts'

export default (io: CommandInput): Promise<void> => runStep(io, reportingUnscheduled(io, fetch), 'fetch')
