// `npm run test:attack`: hostile requests to every route of a fresh demo (see test/attack/run.ts).
import { register } from 'tsx/esm/api'

register()
await import('../test/attack/run.ts')
