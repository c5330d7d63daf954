import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'

/** The turn of the year, recomputed from entries: per line and account, what was closed is what was carried, plus what lapsed. */
export const yearEndChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'carry-over',
    '年终结转',
    'what was closed is what was carried or lapsed',
    `select count(*) from ledger.balance where account in (5901, 5902)`,
    `with moved as (
       select e.division, e.debit_allotment as allotment, e.debit as account, e.credit as other, e.amount_fen as fen, b.form from ledger.entry e
         join ledger.batch b on b.division = e.division and b.id = e.batch where b.form in ('close', 'carry', 'take-back')
       union all select e.division, e.credit_allotment, e.credit, e.debit, -e.amount_fen, b.form from ledger.entry e
         join ledger.batch b on b.division = e.division and b.id = e.batch where b.form in ('close', 'carry', 'take-back')),
     closed as (
       select division, allotment, account, -sum(fen) as fen from moved where account not in (5901, 5902) and other = 5901 group by 1, 2, 3),
     carried as (
       select m.division, n.carried_from as allotment, m.account, sum(m.fen) as fen from moved m
       join allotments.allotment n on n.division = m.division and n.id = m.allotment
       where m.account in (1001, 5001, 500201, 5101) and m.other not in (5901, 5902) group by 1, 2, 3)
     select concat('allotment ', coalesce(c.division, n.division), '/', coalesce(c.allotment, n.allotment), ' account ', coalesce(c.account, n.account)) as place,
       concat('carried ', coalesce(c.fen, 0)) as expected, concat('carried ', coalesce(n.fen, 0)) as found
     from closed c full join carried n on n.division = c.division and n.allotment = c.allotment and n.account = c.account
     where coalesce(c.fen, 0) <> coalesce(n.fen, 0)
     union all
     select concat('balance ', b.division, '/', b.allotment, '/', b.account), '0 in a closed book', (b.debit_fen - b.credit_fen)::text
     from ledger.book k join allotments.allotment a on a.division = k.division and a.fiscal_year = k.fiscal_year
     join ledger.balance b on b.division = a.division and b.allotment = a.id
     where k.closed_on is not null and b.account in (1001, 5001, 500201, 5101, 5102) and b.debit_fen <> b.credit_fen`,
  ),
  sqlCheck(
    'books',
    '账簿与记录',
    'books against what was done to them',
    'select count(*) from ledger.book_event',
    `select concat('book ', b.division, '/', b.fiscal_year) as place, concat('closed ', e.closed) as expected, concat('closed ', b.closed_on) as found
     from ledger.book b join lateral (
       select (select case kind when 'close' then day end from ledger.book_event x
         where x.division = b.division and x.fiscal_year = b.fiscal_year and kind in ('close', 'reopen') order by no desc limit 1) as closed) e on true
     where exists (select from ledger.book_event x where x.division = b.division and x.fiscal_year = b.fiscal_year and kind in ('close', 'reopen'))
       and e.closed is distinct from b.closed_on`,
  ),
]
