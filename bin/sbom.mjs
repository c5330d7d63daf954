// Writes the list of what fundwatch is made of, as CycloneDX 1.6 JSON, from the lock file alone: needs no network and no tool.
//   npm run sbom [-- FILE]     without FILE: standard output. `--production` leaves out what only building and testing need.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const purlOf = (name, version) => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`

/** `a OR b` is an expression, `MIT` an identifier; a lock file that names none leaves that open, and it is said so. */
function licencesOf(told) {
  if (!told) return [{ license: { name: 'not named in the lock file' } }]
  return /\s(OR|AND|WITH)\s/.test(told)
    ? [{ expression: told.replace(/^\((.*)\)$/, '$1') }]
    : [{ license: { id: told } }]
}

/** The lock file (version 3) as a CycloneDX document. Two runs over the same lock file are equal byte for byte. */
export function billOfMaterials(lock, { production = false } = {}) {
  const here = lock.packages['']
  const installed = Object.entries(lock.packages)
    .filter(([place, one]) => place.startsWith('node_modules/') && !one.link && !(production && one.dev))
    .map(([place, one]) => ({ name: one.name ?? place.split('node_modules/').at(-1), ...one }))
  const seen = new Map()
  for (const one of installed) {
    const purl = purlOf(one.name, one.version)
    const [algorithm, digest] = (one.integrity ?? '').split(/-(.*)/)
    const group = one.name.startsWith('@') ? one.name.split('/')[0] : undefined
    seen.set(purl, {
      type: 'library',
      'bom-ref': purl,
      ...(group ? { group } : {}),
      name: group ? one.name.slice(group.length + 1) : one.name,
      version: one.version,
      scope: one.dev || one.optional ? 'optional' : 'required',
      ...(digest && algorithm === 'sha512'
        ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
        : {}),
      licenses: licencesOf(one.license),
      purl,
    })
  }
  const components = [...seen.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1))
  const self = purlOf(here.name ?? lock.name, here.version ?? lock.version)
  const direct = new Set(Object.keys({ ...here.dependencies, ...here.optionalDependencies, ...here.devDependencies }))
  const isDirect = one => direct.has(one.group ? `${one.group}/${one.name}` : one.name)
  // A serial number made from the content: the same list has the same number.
  const hex = createHash('sha256').update(JSON.stringify(components)).digest('hex')
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': self,
        name: lock.name,
        version: lock.version,
        licenses: licencesOf(here.license),
        purl: self,
      },
    },
    components,
    dependencies: [{ ref: self, dependsOn: components.filter(isDirect).map(one => one.purl) }],
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const bill = billOfMaterials(lock, { production: process.argv.includes('--production') })
  const text = `${JSON.stringify(bill, null, 2)}\n`
  const file = process.argv.slice(2).find(one => !one.startsWith('--'))
  if (file) writeFileSync(file, text)
  else process.stdout.write(text)
  const counts = {}
  for (const { licenses } of bill.components) {
    const name = licenses[0].expression ?? licenses[0].license.id ?? licenses[0].license.name
    counts[name] = (counts[name] ?? 0) + 1
  }
  const told = Object.entries(counts).sort((a, b) => b[1] - a[1])
  process.stderr.write(`${bill.components.length} components: ${told.map(([name, n]) => `${name} ${n}`).join(', ')}\n`)
}
