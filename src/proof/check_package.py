#!/usr/bin/env python3
"""Checks an audit package (稽核包) of fundwatch. Python 3.8 or later and nothing else: no database, no network, no program of ours.

    python3 check_package.py FILE.zip

It recomputes from the CSV files alone: digests of files, order and sums of rows, the digest of every batch, the chain of seals, balances,
trees, the interlock of levels, and the lineage of lines. Every difference is printed with its place; the exit code is 1 if there is one.
用法同上：只凭包内 CSV 重新计算文件摘要、行序与合计、记账批次摘要、封存链、余额、收支平衡、上下级咬合、指标来源；有不符即列出位置，退出码为 1。
"""
import csv, datetime, hashlib, io, json, sys, zipfile
from collections import defaultdict

csv.field_size_limit(2**27)
faults = 0


def differ(place, expected, found):
    global faults
    faults += 1
    if faults <= 1000:
        print(f'✗ {place}: expected 应为 {expected}, found 实为 {found}')


# --- SM3 (GB/T 32905); OpenSSL's where Python was built with it, else these lines -----------------------------------------------------
def sm3_slow(data):
    rol = lambda x, n: (x << n % 32 | x >> 32 - n % 32) & 0xFFFFFFFF if n % 32 else x
    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    data = data + b'\x80' + b'\0' * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, 'big')
    for block in range(0, len(data), 64):
        w = [int.from_bytes(data[block + i:block + i + 4], 'big') for i in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rol(w[j - 3], 15)
            w.append(x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = v
        for j in range(64):
            s1 = rol((rol(a, 12) + e + rol(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & 0xFFFFFFFF, 7)
            s2 = s1 ^ rol(a, 12)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
            t1, t2 = (ff + d + s2 + (w[j] ^ w[j + 4])) & 0xFFFFFFFF, (gg + h + s1 + w[j]) & 0xFFFFFFFF
            a, b, c, d, e, f, g, h = t1, a, rol(b, 9), c, t2 ^ rol(t2, 9) ^ rol(t2, 17), e, rol(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return b''.join(x.to_bytes(4, 'big') for x in v)


def sm3(data):
    return hashlib.new('sm3', data).digest() if 'sm3' in hashlib.algorithms_available else sm3_slow(data)


# --- files ----------------------------------------------------------------------------------------------------------------------------
package = zipfile.ZipFile(sys.argv[1])
manifest = json.loads(package.read('manifest.json'))
print(f"{manifest['format']} {manifest['version']}, taken {manifest['taken_at']}, division {manifest['division']}")
named = {'manifest.json'} | {file['name'] for file in manifest['files']}
for name in set(package.namelist()) - named:
    differ(name, 'no such file', 'a file')
for file in manifest['files']:
    try:
        if 'sm3' in hashlib.algorithms_available:
            digest = hashlib.new('sm3')
            with package.open(file['name']) as opened:
                while piece := opened.read(1 << 20):
                    digest.update(piece)
            found = digest.hexdigest()
        else:
            found = sm3_slow(package.read(file['name'])).hex()
        if found != file['sm3']:
            differ(file['name'], f"SM3 {file['sm3']}", f'SM3 {found}')
    except Exception as error:
        sys.exit(f"✗ {file['name']} cannot be read 无法读取: {error}")


def rows(table):
    """The rows of a table as dictionaries; holds them to their order, count and sums on the way."""
    said = manifest['tables'][table]
    sums, last, count = defaultdict(int), None, 0
    with package.open(said['file']) as opened:
        for row in csv.DictReader(io.TextIOWrapper(opened, 'utf-8', newline='')):
            count += 1
            row['place'] = f"{said['file']} row {count}"
            for column in said['sums']:
                sums[column] += int(row[column] or 0)
            if said['ordered']:
                key = tuple(int(row[column]) for column in said['key'])
                if last is not None and key <= last:
                    differ(row['place'], f'a key after {last}', key)
                last = key
            yield row
    if count != said['rows']:
        differ(said['file'], f"{said['rows']} rows", f'{count} rows')
    for column, total in said['sums'].items():
        if sums[column] != int(total):
            differ(f"{said['file']} {column}", total, sums[column])


# --- lines of authority, and where each came from -------------------------------------------------------------------------------------
lines = {}
for row in rows('allotments.allotment'):
    lines[row['division'], row['id']] = row
transfers = {(row['division'], row['id']): row for row in rows('ledger.transfer')}
inside = {str(division) for division in manifest['divisions']}


def steps(row):
    return row['path'][1:-1].split(',') if row and row['path'] != '{}' else []


# A carried line has its old one behind it, then what of its new source's path is not there yet.
def behind(key):
    line = lines[key]
    if line['transfer']:
        return steps(transfers.get((key[0], line['transfer'])))
    old = steps(lines.get((key[0], line['carried_from'])))
    return old + [step for step in steps(lines.get((key[0], line['source']))) if step not in old]


for key, line in lines.items():
    path = '{' + ','.join([*behind(key), key[1]]) + '}'
    if line['path'] != path:
        differ(f"allotment {'/'.join(key)}", path, line['path'])


def root(division, line):
    while (division, line) in lines and lines[division, line]['source']:
        line = lines[division, line]['source']
    return division, line


# --- entries: digests of batches, balances, trees -------------------------------------------------------------------------------------
def batches_of_entries():
    batch, text, count = None, [], 0
    for row in rows('ledger.entry'):
        key = row['division'], row['batch']
        if key != batch:
            if batch:
                yield batch, text
            batch, text = key, []
        columns = 'line debit_allotment debit credit_allotment credit amount_fen corrects_batch corrects_line payment'
        text.append('|'.join(row[column] or '-' for column in columns.split()))
        count_entry(row)
    if batch:
        yield batch, text


turnover, trees, corrected = defaultdict(lambda: [0, 0]), defaultdict(int), defaultdict(int)


def count_entry(row):
    division, fen = row['division'], int(row['amount_fen'])
    turnover[division, row['debit_allotment'], row['debit']][0] += fen
    turnover[division, row['credit_allotment'], row['credit']][1] += fen
    trees[root(division, row['debit_allotment'])] += fen
    trees[root(division, row['credit_allotment'])] -= fen
    if row['corrects_batch']:
        corrected[division, row['corrects_batch'], row['corrects_line']] -= fen
    for line in row['debit_allotment'], row['credit_allotment']:
        if (division, line) not in lines:
            differ(row['place'], f'allotment {line}', 'there is none')


def microseconds(moment):
    day, _, fraction = moment.removesuffix('+00').partition('.') if hasattr(str, 'removesuffix') else moment[:-3].partition('.')
    since = datetime.datetime.strptime(day, '%Y-%m-%d %H:%M:%S') - datetime.datetime(1970, 1, 1)
    return (since.days * 86400 + since.seconds) * 1000000 + int(fraction.ljust(6, '0') or 0)


digests = {}
entries = batches_of_entries()
ahead = next(entries, None)
for row in rows('ledger.batch'):
    key = row['division'], row['id']
    while ahead and tuple(map(int, ahead[0])) < tuple(map(int, key)):
        differ(f"batch {'/'.join(ahead[0])}", 'a batch', 'entries without one')
        ahead = next(entries, None)
    text = []
    if ahead and ahead[0] == key:
        text, ahead = ahead[1], next(entries, None)
    head = ['batch', *(row[column] for column in 'division id form fiscal_year effective_on'.split()),
            *(row[column] or '-' for column in 'document request_key other_division other_batch'.split()),
            row['entries'], row['actor'], str(microseconds(row['recorded_at']))]
    digest = sm3('\n'.join(['|'.join(head), *(text or [''])]).encode()).hex()
    digests[key] = row['digest'][2:]
    if len(text) != int(row['entries']):
        differ(f"batch {'/'.join(key)}", f"{row['entries']} entries", f'{len(text)} entries')
    if digest != row['digest'][2:]:
        differ(f"batch {'/'.join(key)} ({row['place']})", digest, row['digest'][2:])
for key, _ in [ahead, *entries] if ahead else []:
    differ(f"batch {'/'.join(key)}", 'a batch', 'entries without one')

stands = {}
for row in rows('ledger.balance'):
    key = row['division'], row['allotment'], row['account']
    debit, credit = turnover.pop(key, [0, 0])
    stands[key] = debit - credit
    if [debit, credit] != [int(row['debit_fen']), int(row['credit_fen'])]:
        differ(f"balance {'/'.join(key)} ({row['place']})", f'{debit} - {credit}', f"{row['debit_fen']} - {row['credit_fen']}")
    if (debit - credit if row['side'] == 'D' else credit - debit) < 0:
        differ(f"balance {'/'.join(key)}", 'nothing below zero', debit - credit)
for key, (debit, credit) in turnover.items():
    differ(f"balance {'/'.join(key)}", f'{debit} - {credit}', 'there is none')
for key, fen in trees.items():
    if fen:
        differ(f"tree {'/'.join(key)}", 'debits = credits', f'{fen} fen apart')
for row in rows('ledger.corrected'):
    key = row['division'], row['batch'], row['line']
    made = corrected.pop(key, 0)
    if made != int(row['corrected_fen']):
        differ(f"entry {'/'.join(key)}", f'corrected {made}', row['corrected_fen'])
for key, made in corrected.items():
    differ(f"entry {'/'.join(key)}", f'corrected {made}', 'no tally')

# --- the levels interlock: sent = taken below + in transit ----------------------------------------------------------------------------
taken = defaultdict(int)
for (division, line), row in lines.items():
    if row['transfer']:
        taken[division, row['transfer']] -= stands.get((division, line, '4001'), 0)
for key, row in transfers.items():
    if taken[key] != int(row['taken_fen']) or int(row['taken_fen']) > int(row['sent_fen']):
        differ(f"transfer {'/'.join(key)}", f'taken {taken[key]}', f"taken {row['taken_fen']} of {row['sent_fen']}")
    sender = row['sender'], row['sender_allotment']
    if row['sender'] in inside:
        sent = sum(stands.get((*sender, account), 0) for account in ('500202', '500203'))
        if sent != int(row['sent_fen']):
            differ(f"transfer {'/'.join(key)}", f'sent {sent}', f"sent {row['sent_fen']}")
        if sender in lines and lines[sender]['path'] != row['path']:
            differ(f"transfer {'/'.join(key)}", lines[sender]['path'], row['path'])

# --- the chain of seals ---------------------------------------------------------------------------------------------------------------
covered, tail, met = defaultdict(bytes), set(digests), {}
for row in rows('ledger.seal_batch'):
    key = row['division'], row['batch']
    if key not in tail:
        differ(f"seal {row['division']}/{row['no']}", f"batch {row['batch']} once", 'twice, or there is none')
    tail.discard(key)
    covered[row['division'], row['no']] += bytes.fromhex(digests.get(key, ''))
for row in rows('ledger.seal'):
    division, no = row['division'], row['no']
    last = met.get(division, (0, sm3(f'fundwatch chain of division {division}'.encode()).hex()))
    made = sm3(bytes.fromhex(row['previous'][2:]) + covered[division, no]).hex()
    if (int(no), row['previous'][2:]) != (last[0] + 1, last[1]):
        differ(f'seal {division}/{no}', f'{last[0] + 1} after {last[1]}', f"{no} after {row['previous'][2:]}")
    if made != row['digest'][2:]:
        differ(f'seal {division}/{no}', made, row['digest'][2:])
    met[division] = int(no), row['digest'][2:]
for row in rows('ledger.unsealed'):
    tail.discard((row['division'], row['batch']))
for key in tail:
    differ(f"batch {'/'.join(key)}", 'sealed, or waiting', 'neither')
heads = {str(head['division']): (int(head['no']), head['digest']) for head in manifest['heads']}
for division in heads.keys() | met.keys():
    if heads.get(division) != met.get(division):
        differ(f'head of division {division}', heads.get(division), met.get(division))

for table in manifest['tables'].keys() - {'allotments.allotment', 'ledger.transfer', 'ledger.entry', 'ledger.batch', 'ledger.balance',
                                          'ledger.corrected', 'ledger.seal', 'ledger.seal_batch', 'ledger.unsealed'}:
    for row in rows(table):
        pass
print(f'{len(digests)} batches, {len(stands)} balances, {len(lines)} lines, {faults} differences 处不符')
sys.exit(1 if faults else 0)
