import type { World } from '../context.ts'
import type { RunRecord } from '../runs/record.ts'
import type { Witness } from '../runs/witness.ts'
import { inert } from '../terminal/inert.ts'
import { eventOf } from './events.ts'
import { transportTo } from './transport.ts'

/**
 * Tells when a run begins and how it ends, as OpenLineage events: https://openlineage.io/docs/spec/object-model
 *
 * @param address as configured: `file:FILE`, or the address of a collector
 */
export function openLineage(address: string, world: Pick<World, 'config' | 'archive' | 'documents'>): Witness {
  const send = transportTo(address, world.config.lineage_api_key)
  const tell = async (run: RunRecord) => {
    const event = eventOf(run, world)
    try {
      await send(event)
    } catch (error) {
      const why = inert((error as Error).message)
      throw new Error(`the ${event.eventType} event did not reach the lineage collector: ${why}`, { cause: error })
    }
  }
  return { began: tell, ended: tell }
}
