import { withAnnouncement } from '../notify/announce.ts'
import { run } from '../pipeline/pipeline.ts'
import { publishAfterRun } from './afterRun.ts'
import type { CommandInput } from './io.ts'
import { reportUnscheduled, runStep } from './runStep.ts'

export default (io: CommandInput): Promise<void> => {
  const isAnnounced = io.options.notify !== false
  const step = isAnnounced ? withAnnouncement(run) : run
  return runStep(io, async (request, context) => {
    await reportUnscheduled(io, request.date, context)
    const result = await step(request, context)
    await publishAfterRun(request, context, isAnnounced)
    return result
  })
}
