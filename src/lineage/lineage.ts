import type { World } from '../context.ts'
import type { RunRecord } from '../runs/record.ts'
import type { Witness } from '../runs/witness.ts'
import { inert } from '../terminal/inert.ts'
import { toRunEvent } from './events.ts'
import { createTransport } from './transport.ts'

/**
 * Sends an OpenLineage event when a run starts and when it ends: https://openlineage.io/docs/spec/object-model
 *
 * @param address the setting `lineage`: `file:FILE`, or the URL of a collector
 */
export function openLineage(address: string, world: Pick<World, 'config' | 'archive' | 'documents'>): Witness {
  const send = createTransport(address, world.config.lineage_api_key)
  const sendEvent = async (run: RunRecord) => {
    const event = toRunEvent(run, world)
    try {
      await send(event)
    } catch (error) {
      const why = inert((error as Error).message)
      throw new Error(`cannot send the ${event.eventType} event to the lineage collector: ${why}`, { cause: error })
    }
  }
  return { began: sendEvent, ended: sendEvent }
}
