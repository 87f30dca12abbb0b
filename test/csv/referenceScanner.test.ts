import { createReferenceScanner } from '../../src/csv/referenceScanner.ts'
import { scannerContract } from './contract.ts'

scannerContract('the plain scanner', createReferenceScanner)
