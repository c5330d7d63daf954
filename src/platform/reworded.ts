import { type Fault, Refusal, type RefusalKind } from '../kernel/refusal.ts'
import type { Tx } from './database/transaction.ts'

/**
 * A refusal that the database raised: its transaction can answer nothing any more, so what it is about is looked up once that is rolled
 * back (`runner`), in one of its own. Its own faults stand where nothing is found.
 */
export class RewordedRefusal extends Refusal {
  readonly reword: (tx: Tx) => Promise<Refusal>

  constructor(kind: RefusalKind, faults: readonly Fault[], reword: (tx: Tx) => Promise<readonly Fault[]>) {
    super(kind, faults)
    this.reword = async tx => new Refusal(kind, await reword(tx))
  }
}
