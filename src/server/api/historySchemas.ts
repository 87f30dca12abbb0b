import { z } from '@hono/zod-openapi'
import { ENTRY_REASONS, EXIT_REASONS } from '../../editions/changes.ts'
import { date, id, keys, number, watchName } from './schemas.ts'

export const History = z
  .object({
    watch: watchName,
    id,
    name: z.string().openapi({ description: 'Name in the latest edition that ranks it' }),
    editions: z.array(
      z.object({
        date,
        rank: number.nullable().openapi({ description: 'Null if not ranked' }),
        followers: number.nullable(),
        datasets: number.nullable(),
      }),
    ),
  })
  .openapi('History')

export const DatasetHistory = z
  .object({
    watch: watchName,
    id,
    title: z.string().openapi({ description: 'Title in the latest edition whose tops include it' }),
    editions: z.array(
      z.object({
        date,
        in_tops: z.boolean().openapi({ example: true }),
        followers: number.nullable().openapi({ description: 'Null if not in the tops' }),
        organization_id: z.string().nullable(),
        change: z.enum(['entered', 'left']).nullable(),
        reason: z
          .enum([...new Set([...keys(ENTRY_REASONS), ...keys(EXIT_REASONS)])] as [string, ...string[]])
          .nullable(),
      }),
    ),
  })
  .openapi('DatasetHistory')
