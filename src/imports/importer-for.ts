import type { Actor } from '../kernel/actor.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Visitor } from '../platform/http/define-route.ts'
import type { Importer } from '../platform/part.ts'

/**
 * The importer of a kind, and its visitor on the posts that grant this kind alone: what else one may see is no place to import into.
 * Refuses `import-kind-unknown`, `permission-missing`.
 */
export async function importerFor(
  visitor: Visitor | null,
  kind: string,
  find: (kind: string) => Importer | undefined,
): Promise<{ importer: Importer; actor: Actor }> {
  const importer = find(kind)
  if (!importer)
    refuse(
      'missing',
      'import-kind-unknown',
      `没有“${kind}”这种导入：请检查网址。`,
      `There is no import of the kind “${kind}”: check the address.`,
      { value: kind },
    )
  const actor = await visitor?.standing(importer.permission)
  if (!actor)
    refuse(
      'forbidden',
      'permission-missing',
      `您的岗位没有导入“${importer.title.zh}”的权限：如需办理，请提交权限申请。`,
      `Your post may not import ${importer.title.en}: apply for the permission if you need it.`,
      { value: importer.permission },
    )
  return { importer, actor }
}
