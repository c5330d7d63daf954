import { identityWorld } from '../src/identity/test-world.ts'
import type { Installation } from '../src/platform/installation.ts'

/** Office 1, fund 1, agency 1 belong together; so do 2 and 2; the third is of the other county. */
export const MARKS = ['秘密甲', '秘密乙', '秘密丙'] as const

/** Two offices (and two funds, two agencies) of one county, and another county, each with a line, a payment, a project and a warning. */
export async function markedWorld(): Promise<Installation> {
  const here = await identityWorld()
  await here.ownerPool.query(`
    insert into funds.fund (catalogue, division, code, name, level) values (1, 2, 'X2', '教育资金', 'county'), (1, 2, 'X3', '交通资金', 'county');
    insert into divisions.office (division, code, name) values (3, '01', '农业股');
    insert into divisions.agency (division, code, name) values (2, '103', '甲县教育局'), (3, '101', '乙县农业局')`)
  const agencies = [1, 3, 4]
  for (const [i, mark] of MARKS.entries()) {
    const n = i + 1
    const division = n === 3 ? 3 : 2
    await here.ownerPool.query(`
      insert into ledger.document (division, id, number, number_form, title, dated, actor) values (${division}, ${n}, '样财〔2018〕${n}号', 'valid', '${mark}文件', '2018-03-01', 0);
      insert into projects.project (division, id, code, name, name_verdict, agency, first_year, last_year) overriding system value
        values (${division}, ${n}, 'P${n}', '${mark}项目', 'ok', ${agencies[i]}, 2018, 2018);
      insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source_level, poverty, monitored_fen, office, agency, project, note)
        values (${division}, ${n}, 2018, 'refine', ${n}, ${n}, 100, array[${n}]::bigint[], 'county', 'none', 0, ${n}, ${agencies[i]}, ${n}, '${mark}指标');
      insert into ledger.batch (division, id, form, fiscal_year, effective_on, document, entries, actor, recorded_at, digest)
        values (${division}, ${n}, 'refine', 2018, '2018-03-01', ${n}, 1, 0, now(), '');
      insert into ledger.entry (division, batch, line, debit_allotment, debit, credit_allotment, credit, amount_fen) values (${division}, ${n}, 1, ${n}, 500201, ${n}, 5001, 100);
      insert into ledger.balance (division, allotment, account, side, debit_fen) values (${division}, ${n}, 500201, 'D', 100);
      insert into payments.payment (division, id, fiscal_year, voucher_type, voucher_no, line_no, row_digest, import, vouched_on, amount_fen, agency, project, allotment, fund, purpose, match)
        values (${division}, ${n}, 2018, 1, '${mark}凭证', 1, '', 1, '2018-04-01', 50, ${agencies[i]}, ${n}, ${n}, ${n}, '${mark}用途', 'by-id');
      insert into payments.unposted (division, payment, reason) values (${division}, ${n}, 'not-paid');
      insert into payments.confirmation (division, payment, paid_on, paid_fen, import) values (${division}, ${n}, '2018-04-02', 50, 1);
      insert into payments.in_transit (division, payment, allotment, account) values (${division}, ${n}, ${n}, 500201);
      insert into payments.stated_original (division, payment, original_type, original_no) values (${division}, ${n}, 1, '${mark}原凭证');
      insert into payments.day_total (division, fiscal_year, vouched_on, payments, amount_fen) values (${division}, 2018, '2018-04-01', 1, 50)
        on conflict (division, fiscal_year, vouched_on) do update set payments = 2, amount_fen = 100;
      insert into warnings.warning (division, id, rule, cause, label, fiscal_year, level, status, subject_kind, subject, fund, evidence, raised_on)
        values (${division}, ${n}, 'E12', '${mark}', '${mark}', 2018, 'yellow', 'open', 'payment', '${n}', ${n}, '{"purpose": "${mark}证据"}', '2018-05-01');
      insert into warnings.event (division, warning, no, kind, note) values (${division}, ${n}, 1, 'raised', '${mark}经过');
      insert into ledger.book (division, fiscal_year) values (${division}, 2018) on conflict do nothing`)
  }
  return here
}
