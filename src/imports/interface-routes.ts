import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { KindParams, Receipt, ReceiptParams } from './contract.ts'
import { importerFor } from './importer-for.ts'
import { lookFirst } from './look-first.ts'
import { openPushed, receiptOf } from './push.ts'
import { takeIn } from './take-in.ts'

/** HTTP push: other systems send files here, with an interface key, and are given a receipt. */
export const interfaceRoutes = [
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/interface/:kind',
    // Who may push depends on the kind: the importer's own permission is asked below.
    permission: 'signed-in',
    approval: 'import.:kind',
    summary: { zh: '接口推送文件，取得回执', en: 'push a file, and be given a receipt' },
    params: KindParams,
    answer: Receipt,
    upload: true,
    raw: true,
    keepsKeys: true,
    approvalCheck: lookFirst,
    async handle(context, asked) {
      const { importer, actor } = await importerFor(asked.visitor, asked.params.kind, asked.importer)
      const { division, upload, run } = asked
      const { id, begins } = await openPushed(context, importer, division, upload, asked.idempotencyKey)
      if (begins) {
        await context.audit({
          division,
          action: 'import-started',
          subject: `${importer.kind} ${id}`,
          detail: { file: upload.fileName, source: 'interface' },
        })
        asked.afterAnswer(async () => {
          // A refusal is in the record by now; whoever pushed the file reads it in the receipt.
          await takeIn(run, actor, importer, { source: upload, division, importId: id, came: 'interface' }).catch(
            () => {},
          )
        })
      }
      return (await receiptOf(context.tx, division, { id }))!
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/interface/receipts/:key',
    permission: 'signed-in',
    summary: { zh: '按键查询回执', en: 'the receipt of a key' },
    params: ReceiptParams,
    answer: Receipt,
    async handle(context, { division, params }) {
      const found = await receiptOf(context.tx, division, { key: params.key })
      if (!found)
        refuse(
          'missing',
          'receipt-missing',
          `没有键为“${params.key}”的回执：请核对 Idempotency-Key，或重新推送。`,
          `There is no receipt for the key “${params.key}”: check the Idempotency-Key, or push again.`,
          { value: params.key },
        )
      return found
    },
  }),
]
