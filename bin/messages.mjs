// Writes the schemas of the treasury's messages and the page about them, from their one description.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
register()
const { MESSAGE_TYPES } = await import('../src/payments/messages/description.ts')
const { messagesPage } = await import('../src/payments/messages/page.ts')
const { xsdOf } = await import('../src/payments/messages/xsd.ts')

for (const type of MESSAGE_TYPES)
  writeFileSync(join(root, 'src', 'payments', 'messages', `${type.code}.xsd`), xsdOf(type))
writeFileSync(join(root, 'docs', 'treasury-messages.md'), messagesPage())
