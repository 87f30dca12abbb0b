import { withAnnouncement } from '../notify/announce.ts'
import { run } from '../pipeline/pipeline.ts'
import { withRemotePublication } from './afterRun.ts'
import type { CommandInput } from './io.ts'
import { reportingUnscheduled, runStep } from './runStep.ts'

export default (io: CommandInput): Promise<void> => {
  const isAnnounced = io.options.notify !== false
  const step = withRemotePublication(isAnnounced ? withAnnouncement(run) : run, isAnnounced)
  return runStep(io, reportingUnscheduled(io, step))
}
