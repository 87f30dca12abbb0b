import { createPlainMatcher } from '../../src/matching/matcher.ts'
import { matcherContract } from './contract.ts'

matcherContract('the plain matcher', createPlainMatcher)
