import { datasetHistory, explainDataset } from './datasetTools.ts'
import { getChanges, getTops, listEditions } from './editionTools.ts'
import { searchWords } from './searchTool.ts'
import type { Tool } from './tool.ts'

/** All tools, in the order in which assistants see them. */
export const TOOLS: readonly Tool[] = [listEditions, getTops, getChanges, searchWords, explainDataset, datasetHistory]
