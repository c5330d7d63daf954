import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'

export const schemaOf = (type: number): string => join(ROOT, 'src', 'payments', 'messages', `${type}.xsd`)

/** Whether the type's schema takes the message, as xmllint of Debian's libxml2-utils says; it is written into a folder for that. */
export function schemaTakes(folder: string, type: number, content: Buffer | string): boolean {
  const file = join(folder, 'message.xml')
  writeFileSync(file, content)
  try {
    execFileSync('xmllint', ['--noout', '--nonet', '--schema', schemaOf(type), file], { stdio: 'pipe' })
    return true
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: Buffer }
    // 3 is “invalid”; anything else says that the schema itself or the tool is broken.
    if (status !== 3) throw new Error(`xmllint ended with ${status}: ${stderr}`)
    return false
  }
}
