import { matcherContract } from './contract.ts'
import { createPlainMatcher } from './plain.ts'

matcherContract('the plain matcher', createPlainMatcher)
