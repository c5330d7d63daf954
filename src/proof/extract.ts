import { Type } from 'typebox'
import type { Extract } from '../platform/extract.ts'
import { auditPackage } from './write-package.ts'

/** The audit package on its way out: what each of its files holds is frozen beside it, so that two packages can be compared. */
export const packageExtract: Extract = {
  kind: 'audit-package',
  title: { zh: '稽核包', en: 'audit package' },
  permission: 'proof.package',
  personal: false,
  parameters: Type.Object({}),
  columns: [
    { title: '文件', kind: 'text', width: 40 },
    { title: '行数', kind: 'integer' },
    { title: '合计（分）', kind: 'text', width: 60 },
    { title: 'SM3', kind: 'text', width: 66 },
  ],
  // An archive says its lines itself.
  async *lines() {},
  archive: ({ tx }, _, code, listed) =>
    auditPackage(tx, code, {
      standing: 'released',
      told: manifest => {
        const byFile = new Map(Object.values(manifest.tables).map(one => [one.file, one]))
        listed(
          manifest.files.map((file, place) => {
            const figures = byFile.get(file.name)
            return {
              key: BigInt(place + 1),
              cells: [
                file.name,
                figures ? BigInt(figures.rows) : null,
                figures ? JSON.stringify(figures.sums) : null,
                file.sm3,
              ],
            }
          }),
        )
      },
    }),
}
