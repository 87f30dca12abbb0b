import { createPlainScanner } from '../../src/csv/plain.ts'
import { scannerContract } from './contract.ts'

scannerContract('the plain scanner', createPlainScanner)
