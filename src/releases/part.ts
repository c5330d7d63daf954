import type { Extract } from '../platform/extract.ts'
import type { Part } from '../platform/part.ts'
import { sqlCheck } from '../platform/verify.ts'
import { routesOver } from './routes.ts'

/** The part over what the others offer (`Part.extracts`). */
export const releasesPart = (extracts: () => readonly Extract[]): Part => ({
  name: 'releases',
  routes: routesOver(extracts),
  verify: [
    sqlCheck(
      'releases',
      '报出快照',
      'frozen releases',
      'select count(*) from releases.release',
      `select concat('release ', r.division, '/', r.id) as place, coalesce(encode(s.sm3, 'hex'), 'a snapshot') as expected,
         coalesce(encode(f.sm3, 'hex'), 'none') as found
       from releases.release r left join releases.snapshot s on s.division = r.division and s.release = r.id
       left join platform.file f on f.division = s.division and f.id = s.file
       where s.sm3 is null or f.sm3 is distinct from s.sm3`,
    ),
  ],
})
