/** Shares of an amount: largest remainders first, the first where they tie. */
export function proportional(
  amount: bigint,
  live: readonly { line: string; left: bigint }[],
): { line: string; amount: bigint }[] {
  const all = live.reduce((sum, { left }) => sum + left, 0n)
  const parts = live.map(({ line, left }) => ({ line, amount: (amount * left) / all, rest: (amount * left) % all }))
  let over = amount - parts.reduce((sum, part) => sum + part.amount, 0n)
  for (const part of [...parts].sort((a, b) => (a.rest === b.rest ? 0 : a.rest > b.rest ? -1 : 1)))
    if (over-- > 0n) part.amount++
  return parts.filter(part => part.amount > 0n)
}
