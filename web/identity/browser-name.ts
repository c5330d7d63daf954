// An Android calls itself a Linux too, and an iPhone a Mac: the nearer name comes first.
const SYSTEMS = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS X', 'Linux']

/** Which program and system a session came from, as a person says it: `Chrome 109 · Windows`; what is not known stays as it called itself. */
export function browserName(agent: string | null | undefined): string {
  if (!agent) return ''
  const [, program = '', version = ''] =
    /\b(Edg|OPR|Firefox)\/(\d+)/.exec(agent) ??
    /\b(?:Headless)?(Chrome)\/(\d+)/.exec(agent) ??
    (/\bSafari\//.test(agent) ? (/(Version)\/(\d+)/.exec(agent) ?? []) : [])
  if (!program) return agent.slice(0, 60)
  const name = { Edg: 'Edge', OPR: 'Opera', Version: 'Safari' }[program] ?? program
  const place = agent.slice(0, agent.indexOf(')') + 1)
  const system = SYSTEMS.find(one => place.includes(one))
  return [`${name} ${version}`, system === 'Mac OS X' ? 'macOS' : system].filter(Boolean).join(' · ')
}
