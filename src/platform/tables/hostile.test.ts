import { expect, test } from 'vitest'
import { FaultList, Refusal } from '../../kernel/refusal.ts'
import { memorySource } from './memory-source.ts'
import { type Column, readTable } from './table.ts'
import { textRow, workbook } from './test-workbook.ts'
import { readVouchers } from './xml.ts'

const COLUMNS: Column[] = [
  { name: 'BGT_ID', titles: ['指标主键'], required: true },
  { name: 'AMOUNT', titles: ['金额'], required: true },
]
const CSV = Buffer.from('BGT_ID,金额,用途\nA1,12.50,"水渠, ""修建"""\nA2,3.00,道路\n'.repeat(1))
const XML = Buffer.from(
  '<?xml version="1.0" encoding="UTF-8"?>\n<MOF><VoucherBody VoucherNo="1"><Voucher><Id>1</Id><PayAmt>1.00</PayAmt><Remark>修渠</Remark><DetailList><Detail><Id>2</Id></Detail></DetailList></Voucher></VoucherBody></MOF>',
)

const SEED = Number(process.env.TABLES_SEED ?? Date.now() % 2 ** 31)

/** A small generator of random numbers from a seed, so that a failure can be replayed with TABLES_SEED. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 0
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const SPICES = [
  '"',
  ',',
  '\n',
  '\0',
  '<',
  '>',
  '&',
  ']]>',
  '<!DOCTYPE x>',
  '\uFEFF',
  '</',
  '\xff',
  'PK\x03\x04',
  '(',
  '*',
  '=',
  '\r',
  '-',
  'e999',
  '4294967295',
]

function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  let out = Buffer.from(bytes)
  for (let n = 1 + random(4); n > 0; n--) {
    const at = random(out.length + 1)
    switch (random(6)) {
      case 0:
        if (at < out.length) out[at] = random(256)
        break
      case 1:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at + random(20))])
        break
      case 2:
        out = Buffer.concat([
          out.subarray(0, at),
          Buffer.from(SPICES[random(SPICES.length)]!, random(2) ? 'latin1' : 'utf8'),
          out.subarray(at),
        ])
        break
      case 3:
        out = Buffer.from(out.subarray(0, at))
        break
      case 4: {
        const from = random(out.length + 1)
        out = Buffer.concat([out.subarray(0, at), out.subarray(from, from + random(40)), out.subarray(at)])
        break
      }
      case 5:
        if (at < out.length) out[at]! ^= 1 << random(8)
    }
  }
  return out
}

/** Reads to the end; a refusal is an outcome, anything else thrown is a failure of the test. */
async function outcome(read: () => Promise<number>): Promise<'rows' | 'refused'> {
  try {
    await read()
    return 'rows'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    expect(error.count).toBeGreaterThan(0)
    for (const fault of error.faults) {
      expect(fault.code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/)
      expect(fault.zh).toMatch(/\p{Script=Han}.*。$/su)
      expect(fault.en).toMatch(/[a-z].*\.$/s)
    }
    return 'refused'
  }
}

const readers = {
  async table(bytes: Buffer, piece: number): Promise<number> {
    const faults = new FaultList()
    const table = await readTable(memorySource(bytes, 'x', piece), COLUMNS, { faults })
    let rows = 0
    for await (const chunk of table.rows)
      for (const row of chunk) {
        expect(row.cells).toHaveLength(COLUMNS.length)
        rows++
      }
    faults.throwIfAny()
    return rows
  },
  async vouchers(bytes: Buffer, piece: number): Promise<number> {
    let vouchers = 0
    for await (const chunk of readVouchers(memorySource(bytes, 'x', piece))) vouchers += chunk.length
    return vouchers
  },
}

test.each([
  ['CSV', 3000, 'table', async () => CSV],
  ['XLSX', 2000, 'table', () => workbook([{ name: '表', rows: textRow(1, 'BGT_ID', '金额') + textRow(2, 'A', '1') }])],
  ['voucher XML', 3000, 'vouchers', async () => XML],
] as const)(
  'a damaged %s (%i of them) gives rows or a refusal, never anything else',
  async (name, runs, reader, make) => {
    const seed = SEED
    const good = await make()
    expect(await outcome(() => readers[reader](good, 65_536))).toBe('rows')
    const seen = { rows: 0, refused: 0 }
    for (let run = 0; run < runs; run++) {
      const random = randomFrom(seed + run)
      const bytes = mutate(good, random)
      try {
        seen[await outcome(() => readers[reader](bytes, 1 + random(200)))]++
      } catch (error) {
        throw new Error(`${name}, TABLES_SEED=${seed + run}, ${bytes.toString('base64').slice(0, 4000)}`, {
          cause: error,
        })
      }
    }
    console.log(`${name}: seed ${seed}, ${seen.rows} read, ${seen.refused} refused`)
    expect(seen.refused).toBeGreaterThan(runs / 20)
  },
  120_000,
)

test('patterns over hostile text take time in proportion to its length', async () => {
  const long = 400_000
  const hostile = [
    `${'*'.repeat(long)}x,BGT_ID\n`,
    `${'('.repeat(long)}\n`,
    `BGT_ID,金额\n${"'".repeat(long)}x,1\n`,
    `BGT_ID,金额\n${' '.repeat(long)}x,1\n`,
    `${'"",'.repeat(long / 4)}\n`,
  ]
  for (const text of hostile) await outcome(() => readers.table(Buffer.from(text), 65_536))
  const sheets = [
    '<c/>'.repeat(2_000_000),
    '<mergeCell '.repeat(long / 10),
    `<!--${'<mergeCell a'.repeat(long / 10)}-->`,
  ]
  for (const rows of sheets) {
    const bytes = await workbook([{ name: '表', rows }])
    expect(await outcome(() => readers.table(bytes, 65_536))).toBe('refused')
  }
}, 20_000)
